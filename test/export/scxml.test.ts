/** The exported SCXML, run by an interpreter that is not XState's. docs/reference/export.md. @module */
import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../machines/catalogue.ts';
import { goldenOf } from '../../src/export/golden.ts';
import { scxml } from '../../src/export/scxml.ts';
import { tableOf } from '../../src/export/table.ts';
import { chartsOf } from './scion.ts';

describe('export: SCXML', () => {
  test.each(catalogue)('$name: SCION takes every golden trace as XState does', async (entry) => {
    const { header, traces } = goldenOf(entry);
    const begin = await chartsOf(scxml(entry));
    for (const { trace, steps } of traces) {
      const chart = await begin();
      expect(chart.initial).toEqual(header.initial);
      for (const [index, { event, ignored: _, ...recorded }] of steps.entries()) expect({ ...chart.tell(event), at: `${trace}, step ${index + 1}` }).toEqual({ ...recorded, at: `${trace}, step ${index + 1}` });
    }
  });

  test('a chart that is changed does not pass: the comparison sees it', async () => {
    const route = catalogue.find(({ name }) => name === 'route');
    if (route === undefined) throw new Error('there is no route');
    const begin = await chartsOf(scxml(route).replace('owed &gt; 0', 'owed &gt; 1'));
    const chart = await begin();
    chart.tell({ type: 'answer.owed' });
    expect(chart.tell({ type: 'drain.begun' })).toEqual({ state: 'closed', effects: [{ type: 'closeRoute' }], context: { owed: 1 } });
  });

  test.each(catalogue)('$name: it is well formed, and no event\'s name is the beginning of another one\'s', (entry) => {
    new SaxesParser({ xmlns: true }).write(scxml(entry)).close();
    // SCXML takes `a` for `a.b` as well.
    const { events } = tableOf(entry);
    expect(events.filter((event) => events.some((other) => other.startsWith(`${event}.`)))).toEqual([]);
  });
});
