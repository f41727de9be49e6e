import { createMemoryIdentityStore } from '@org/sso-core/identity';
import { testPeople } from './people.js';

testPeople(async () => createMemoryIdentityStore(), 100);
