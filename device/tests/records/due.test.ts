// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { findByCard } from '../../src/records/cards';
import { findDue, groupByPlace, lastDay } from '../../src/records/due';
import type { RecordView } from '../../src/records/views';
import type { OutboxItem, StoredRecord } from '../../src/store/types';

const NOW = Date.parse('2026-11-26T10:00:00Z');
const view = (id: string, dates: string[], values: Record<string, string> = {}, own: string[] = [], dropped = false): RecordView => ({
  id, list: 'femmes', values, aside: false, pulled: { events: dates.map((date) => ({ formId: 'v', date, byName: '' })), dropped } as unknown as StoredRecord,
  pending: own.map((finalizedAt) => ({ action: {} as never, item: { finalizedAt } as OutboxItem })),
});

describe('visits due', () => {
  it('are of those of whom nothing dated was heard for so many days, own unsent work included, longest ago first', () => {
    const views = [
      view('long', ['2026-03-01', '2026-02-01']), view('edge', ['2026-10-27']), view('recent', ['2026-10-28']), view('never', []), view('mine', ['2026-01-01'], {}, ['2026-11-20T08:00:00Z']),
      view('odd', ['sometime']), view('left', [], {}, [], true),
    ];
    expect(findDue(views, NOW, 30).map((due) => due.view.id)).toEqual(['never', 'odd', 'long', 'edge']);
    expect(findDue(views, NOW, 29).map((due) => due.view.id)).toContain('recent');
    expect(lastDay(views[4]!)).toBe('2026-11-20');
  });

  it('are grouped by commune and place, whatever the letters, where most are due first', () => {
    const views = [view('a', [], { commune: '1', localite: 'Sidi Ghalem' }), view('b', [], { commune: '2', localite: 'Douar' }), view('c', [], { commune: '2', localite: 'DOUAR ' }), view('d', [], { commune: '1', localite: 'Douar' })];
    expect(groupByPlace(findDue(views, NOW, 1), 'commune').map((group) => [group.scope, group.place, group.due.length])).toEqual([['2', 'Douar', 2], ['1', 'Douar', 1], ['1', 'Sidi Ghalem', 1]]);
  });
});

describe('a card', () => {
  const id = '1d3c1c1e-2f0f-4a43-9d0e-0f6c7a1b2c3d';
  const views = new Map([[id, view(id, [], { code: 'ORN-2026-00042', label: 'Kheira', metier: 'pates' })], ['x', view('x', [], { code: 'ORN-2026-00043', metier: 'pates' })]]);
  it('leads to her record by its QR or by its code, and nowhere by anything else', () => {
    expect(findByCard(`hirfa:${id.toUpperCase()}`, views)).toBe(id);
    expect(findByCard(' orn-2026-00042 ', views)).toBe(id);
    for (const text of ['hirfa:00000000-2f0f-4a43-9d0e-0f6c7a1b2c3d', 'ORN-2026-99999', 'pates', 'Kheira', 'https://x.example/', '', 'hirfa:x']) expect(findByCard(text, views), text).toBeNull();
  });
  it('of a woman who was joined with another leads to the one that goes on', () => {
    expect(findByCard('hirfa:aaaaaaaa-2f0f-4a43-9d0e-0f6c7a1b2c3d', views, (other) => (other.startsWith('aaaa') ? id : other))).toBe(id);
  });
});
