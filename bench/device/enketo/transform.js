// From an XForm to what Enketo Core takes. Run once, in the browser's own XSLT, when the bench is set up.
import { transform } from 'enketo-transformer/web';

window.toEnketo = (xform) => transform({ xform });
