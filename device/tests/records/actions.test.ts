import { describe, expect, it } from 'vitest';
import { findActions } from '../../src/records/actions';
import { readFacts } from '../../src/records/facts';
import { BRANCH, filledRegistration, filledVisit, FOLLOW_UP, HOUSEHOLD, REGISTRATION, WOMAN } from './forms';

const registration = readFacts(REGISTRATION);
const followUp = readFacts(FOLLOW_UP);
const find = (xml: string, facts = registration) => findActions(xml, facts, () => 'fresh', () => ({ seen: { nom: 'vu' }, ahead: 2 }));

describe('findActions', () => {
  it('reads a registration: created, with a branch of her own', () => {
    expect(find(filledRegistration('Bénali', '<metiers_sec/>'))).toEqual([{
      position: 0, entityId: WOMAN, list: 'femmes', kind: 'create', saved: { nom: 'Bénali', metier: 'pates', metiers_sec: '', code: 'x', label: 'Bénali' },
      prefilled: [], blankable: [], branch: null, pos: null, base: null, ownBranch: 'fresh', seen: {}, ahead: 0,
    }]);
  });

  it('reads a follow-up with its versions; an absent node is no answer, a blank one is a blank', () => {
    const [action] = find(filledVisit('<nom/><visites>3</visites>'), followUp);
    expect(action).toMatchObject({ kind: 'update', saved: { nom: '', visites: '3' }, prefilled: ['nom', 'visites'], blankable: ['nom'], branch: BRANCH, pos: 4, base: 4, ownBranch: null, seen: { nom: 'vu' }, ahead: 2 });
  });

  it('takes the base version as base where no branch is given', () => {
    expect(find(filledVisit('', 'baseVersion="7" trunkVersion="" branchId=""'), followUp)[0]).toMatchObject({ branch: null, pos: 7, base: 7 });
  });

  it('knows that a blank trunk beside a branch means created on this phone', () => {
    expect(find(filledVisit('', `baseVersion="1" trunkVersion="" branchId="${BRANCH}"`), followUp)[0]).toMatchObject({ branch: BRANCH, pos: 1, base: null });
  });

  it('finds no action when the form decided for none, or when nobody is named', () => {
    expect(find(filledRegistration('x').replace('create="1"', 'create="false"'))).toEqual([]);
    expect(find(filledRegistration('x').replace('create="1"', 'create=""'))).toEqual([]);
    expect(find(filledVisit('').replace(`id="${WOMAN}"/>`, 'id=""/>'), followUp)).toEqual([]);
  });

  it('takes both as an update when a base version is there, else as a create', () => {
    const both = (base: string) => filledVisit('', `create="true" baseVersion="${base}" trunkVersion="" branchId=""`);
    expect(find(both('2'), followUp)[0]!.kind).toBe('update');
    expect(find(both(''), followUp)[0]!.kind).toBe('create');
  });

  it('holds of an edit the answers that it changed, and what they were', () => {
    const before = filledVisit('<nom>Ben</nom><association/><recettes>3</recettes><visites>4</visites><note>a</note>');
    const edit = filledVisit('<nom/><association>asso_01</association><recettes>3.0</recettes><visites>9</visites><note>a</note>', `baseVersion="7" trunkVersion="7" branchId="other"`);
    const [action] = findActions(edit, followUp, () => 'fresh', () => ({ seen: {}, ahead: 1 }), before);
    expect(action).toEqual({
      position: 0, entityId: WOMAN, list: 'femmes', kind: 'update', saved: { nom: '', association: 'asso_01' }, seen: { nom: 'Ben', association: '' },
      prefilled: ['nom', 'association'], blankable: ['nom', 'association'], branch: 'other', pos: 7, base: 7, ownBranch: null, ahead: 1,
    });
  });

  it('takes an edit that names another woman as an answer about her', () => {
    const [action] = findActions(filledVisit('<nom>X</nom>'), followUp, () => 'fresh', () => ({ seen: { nom: 'vu' }, ahead: 0 }), filledVisit('<nom>Y</nom>', undefined, 'another'));
    expect(action).toMatchObject({ saved: { nom: 'X' }, prefilled: ['nom'], seen: { nom: 'vu' } });
  });

  it('edits a registration without making her again', () => {
    expect(findActions(filledRegistration('Ben'), registration, () => 'fresh', () => ({ seen: {}, ahead: 0 }), filledRegistration('Bin'))).toMatchObject([{ kind: 'update', saved: { nom: 'Ben', label: 'Ben' }, ownBranch: null, branch: null }]);
  });

  it('reads an entity in each instance of a repeat', () => {
    const member = (id: string, name: string): string => `<membre><prenom>${name}</prenom><meta><entity dataset="membres" create="1" id="${id}"><label>${name}</label></entity></meta></membre>`;
    const xml = `<data id="foyer" version="1"><adresse>ici</adresse>${member('a', 'Amina')}${member('b', 'Nora')}<meta><entity dataset="foyers" create="1" id="h"><label>ici</label></entity><instanceID>uuid:1</instanceID></meta></data>`;
    expect(find(xml, readFacts(HOUSEHOLD)).map((action) => [action.position, action.list, action.entityId, action.saved])).toEqual([
      [0, 'membres', 'a', { prenom: 'Amina', label: 'Amina' }], [1, 'membres', 'b', { prenom: 'Nora', label: 'Nora' }], [2, 'foyers', 'h', { adresse: 'ici', label: 'ici' }],
    ]);
  });
});
