/** Which software this is. Spec: XEP-0092. @module */
import { Element } from 'ltx';
import type { Feature } from '../feature.ts';
import { NS } from '../namespaces.ts';

/** XEP-0092 §3; the operating system is nobody's business (§5). */
export const version: Feature = {
  name: 'version',
  serverFeatures: [NS.version],
  iq: [{
    name: 'query', xmlns: NS.version, types: ['get'], to: ['server'],
    answer: ({ config: { software } }) => {
      const query = new Element('query', { xmlns: NS.version });
      query.c('name').t(software.name);
      query.c('version').t(software.version);
      return query;
    },
  }],
};
