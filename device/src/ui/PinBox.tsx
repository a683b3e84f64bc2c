// A box for the PIN: digits, never shown, never offered to a password keeper of a phone that several people use.
import type { JSX } from 'solid-js';
import { focusSoon } from './focus';

export function PinBox(props: {
  label: string; value: string; onInput: (pin: string) => void; invalid: boolean; describedby: string; name: string; autofocus?: boolean; fresh?: boolean;
}): JSX.Element {
  return (
    <label class="field">
      <span class="field-label">{props.label}</span>
      <input
        class="input pin" type="password" inputmode="numeric" pattern="[0-9]*" maxlength={12} dir="ltr" name={props.name} value={props.value} required
        autocomplete={props.fresh ? 'new-password' : 'off'} aria-invalid={props.invalid} aria-describedby={props.describedby}
        ref={(input) => { if (props.autofocus) focusSoon(input); }}
        onInput={(event) => {
          // Digits of an Arabic keyboard are the same digits.
          const digits = event.currentTarget.value.replace(/[\u0660-\u0669]/g, (digit) => String(digit.charCodeAt(0) - 0x660)).replace(/\D/g, '');
          if (digits !== event.currentTarget.value) event.currentTarget.value = digits;
          props.onInput(digits);
        }}
      />
    </label>
  );
}
