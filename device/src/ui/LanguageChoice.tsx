// The three languages, each in its own script, one touch away.
import { For, type JSX } from 'solid-js';
import { language, LANGUAGES, t } from '../i18n';
import { chooseLanguage } from '../state';

export function LanguageChoice(): JSX.Element {
  return (
    <div class="segments" role="radiogroup" aria-label={t('settings.language')}>
      <For each={LANGUAGES}>
        {(choice) => (
          <label class="segment" classList={{ 'segment-on': language() === choice.code }}>
            <input type="radio" name="language" class="visually-hidden" value={choice.code} checked={language() === choice.code} onChange={() => void chooseLanguage(choice.code)} />
            <span lang={choice.code}>{choice.name}</span>
          </label>
        )}
      </For>
    </div>
  );
}
