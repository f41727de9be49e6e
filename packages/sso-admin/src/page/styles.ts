/** Everything but the theme's variables. Sizes in rem, so that a reader's own text size counts. */
export const pageCss = `
*,*::before,*::after{box-sizing:border-box}
body{margin:0;background:var(--sso-background);color:var(--sso-text);font:1rem/1.5 var(--sso-font);-webkit-text-size-adjust:100%}
.page{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 4rem}
.top{margin-bottom:1.5rem}
h1{font-size:1.75rem;line-height:1.2;margin:0;letter-spacing:-.01em}
h2{font-size:1.2rem;line-height:1.3;margin:0}
h3{font-size:1rem;line-height:1.4;margin:0;overflow-wrap:anywhere}
p{margin:0}
.lead{color:var(--sso-muted);margin-top:.35rem;max-width:42rem}
section{margin-top:2.5rem}
.section-head{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:.75rem;margin-bottom:1rem}
a{color:var(--sso-accent);text-underline-offset:.2em}
.cards{list-style:none;margin:0;padding:0;display:grid;gap:1rem}
.card{background:var(--sso-surface);border:1px solid var(--sso-border);border-radius:var(--sso-radius);padding:1.1rem 1.25rem}
.card-head{display:flex;flex-wrap:wrap;align-items:center;gap:.4rem .75rem}
.badge{display:inline-flex;align-items:center;gap:.4rem;font-size:.85rem;white-space:nowrap;color:var(--sso-muted)}
.badge::before{content:"";width:.6rem;height:.6rem;border-radius:50%;border:2px solid currentColor}
.badge.good{color:var(--sso-text)}
.badge.good::before{background:var(--sso-good);border-color:var(--sso-good)}
.badge.warn{color:var(--sso-text)}
.badge.warn::before{background:var(--sso-warning);border-color:var(--sso-warning)}
.badge.bad{color:var(--sso-danger)}
.badge.bad::before{background:currentColor}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(12rem,max(8.5rem,45%)),1fr));gap:.75rem 1.5rem;margin:.9rem 0 0}
dt{color:var(--sso-muted);font-size:.85rem}
dd{margin:0;overflow-wrap:anywhere}
.id{color:var(--sso-muted);margin-top:.1rem;overflow-wrap:anywhere}
code{font:.85em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.actions{display:flex;flex-wrap:wrap;gap:.6rem;margin-top:1.1rem}
.buttons{display:flex;flex-wrap:wrap;gap:.6rem}
.actions form,.buttons form{margin:0}
.button{display:inline-flex;align-items:center;justify-content:center;gap:.4rem;min-height:2.75rem;padding:.5rem 1rem;font:inherit;font-weight:600;line-height:1.25;text-decoration:none;border-radius:calc(var(--sso-radius) * .8);border:1px solid var(--sso-border);background:var(--sso-surface);color:var(--sso-text);cursor:pointer}
.button:hover{border-color:currentColor}
.button.primary{background:var(--sso-accent);border-color:var(--sso-accent);color:var(--sso-on-accent)}
.button.danger{color:var(--sso-danger)}
.button.danger.primary{background:var(--sso-danger);border-color:var(--sso-danger);color:var(--sso-on-danger)}
.button.primary:hover{filter:brightness(1.08)}
:focus-visible{outline:3px solid var(--sso-accent);outline-offset:2px;border-radius:3px}
.button:focus-visible{border-radius:calc(var(--sso-radius) * .8)}
.notice{--tone:var(--sso-accent);margin-top:1.25rem;padding:.8rem 1rem;border:1px solid color-mix(in srgb,var(--tone) 45%,var(--sso-surface));border-radius:var(--sso-radius);background:color-mix(in srgb,var(--tone) 9%,var(--sso-surface))}
.notice.warn{--tone:var(--sso-warning)}
.notice.bad{--tone:var(--sso-danger)}
.notice .buttons{margin-top:.75rem}
.empty{color:var(--sso-muted);border:1px dashed var(--sso-border);border-radius:var(--sso-radius);padding:1.5rem 1.25rem}
.events{list-style:none;margin:0;padding:0;background:var(--sso-surface);border:1px solid var(--sso-border);border-radius:var(--sso-radius)}
.events li{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.15rem 1rem;padding:.75rem 1.25rem;overflow-wrap:anywhere}
.events li+li{border-top:1px solid var(--sso-border)}
.events p{flex:1 1 20rem}
.sub{flex-basis:100%;color:var(--sso-muted);font-size:.85rem}
.more{margin-top:1rem}
.narrow{max-width:36rem}
.narrow .card{margin-top:1.5rem}
.narrow ul{margin:.75rem 0 0;padding-left:1.2rem}
.hidden{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:40rem){
.page{padding-top:1rem}
.buttons,.buttons form,.buttons .button{width:100%}
.actions .button,.actions form{flex:1 1 auto}
.actions form .button{width:100%}
}
@media (forced-colors:active){.badge::before{forced-color-adjust:none}}
@media (prefers-reduced-motion:no-preference){.button{transition:border-color .12s,filter .12s}}
`;
