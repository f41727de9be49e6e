/** Nothing: what a process takes by itself. */
process.send!({ peak: process.resourceUsage().maxRSS / 1024 });
process.disconnect();
