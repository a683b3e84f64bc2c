// Words for properties that the programme's forms calculate and so never put as a question. A form that gives a question
// to one of them is used instead; a register of another programme simply has other names.
import type { Texts } from './facts';

const KNOWN: Record<string, { label: Texts; values?: Record<string, Texts> }> = {
  annee_naissance: { label: { fr: 'Année de naissance', ar: 'سنة الميلاد', en: 'Year of birth' } },
  code_artisane: { label: { fr: 'Code', ar: 'الرمز', en: 'Code' } },
  nb_visites: { label: { fr: 'Visites', ar: 'عدد الزيارات', en: 'Visits' } },
  derniere_visite: { label: { fr: 'Dernière visite', ar: 'آخر زيارة', en: 'Last visit' } },
  etape: {
    label: { fr: 'Étape', ar: 'المرحلة', en: 'Stage' },
    values: {
      inscrite: { fr: 'Inscrite', ar: 'مسجلة', en: 'Registered' }, examen: { fr: 'Examen', ar: 'الامتحان', en: 'Exam' },
      qualifiee: { fr: 'Qualifiée', ar: 'مؤهلة', en: 'Qualified' }, entreprise: { fr: 'Micro-entreprise', ar: 'مؤسسة مصغرة', en: 'Micro-enterprise' },
      arretee: { fr: 'Activité arrêtée', ar: 'نشاط متوقف', en: 'Stopped' },
    },
  },
};

export const knownLabel = (name: string): Texts | undefined => (Object.hasOwn(KNOWN, name) ? KNOWN[name]?.label : undefined);
export const knownValue = (name: string, value: string): Texts | undefined => {
  const values = Object.hasOwn(KNOWN, name) ? KNOWN[name]?.values : undefined;
  return values && Object.hasOwn(values, value) ? values[value] : undefined;
};
