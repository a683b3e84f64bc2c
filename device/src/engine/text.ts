// A form's words, made safe to show. Labels are written by strangers and hold answers of others: nothing here ever becomes HTML, links
// go only to web, mail and telephone addresses, and inserted answers stand in <bdi> so that Arabic and Latin do not disorder each other.
import type { MarkdownNode, TextRange, TextRole } from '@getodk/xforms-engine';

export type RichTag = 'h3' | 'p' | 'div' | 'em' | 'strong' | 'u' | 'ol' | 'ul' | 'li' | 'bdi' | 'a';

export type Rich =
  | { t: 'text'; text: string }
  | { t: 'break' }
  | { t: 'tag'; tag: RichTag; children: Rich[]; href?: string; color?: string; align?: string };

/** One text of a form in its current language. */
export interface FormText {
  plain: string;
  rich: Rich[];
  /** Names of media files, as the form's attachments have them. */
  image: string | null;
  audio: string | null;
  video: string | null;
}

const TAGS: Readonly<Record<string, RichTag>> = {
  p: 'p', div: 'div', em: 'em', strong: 'strong', u: 'u', ol: 'ol', ul: 'ul', li: 'li', span: 'bdi', a: 'a',
  h1: 'h3', h2: 'h3', h3: 'h3', h4: 'h3', h5: 'h3', h6: 'h3',
};
const SAFE_LINK = /^(?:https?:\/\/|mailto:|tel:)/i;
const SAFE_COLOR = /^(?:#[0-9a-f]{3,8}|[a-z]{3,20})$/i;
const MAYBE_MARKDOWN = /[*_#<`[\]\\&\n]|^\s*(?:\d+[.)]|[-+>=])\s/;

function fromMarkdown(nodes: readonly MarkdownNode[]): Rich[] {
  const out: Rich[] = [];
  for (const node of nodes) {
    if (node.role === 'child') out.push({ t: 'text', text: node.value });
    else if (node.role === 'line-break') out.push({ t: 'break' });
    else if (node.role === 'html') {
      node.unsafeHtml.split(/<br\s*\/?>/i).forEach((piece, i) => {
        if (i > 0) out.push({ t: 'break' });
        const text = piece.replace(/<!--[\s\S]*?-->/g, '').replace(/<\/?[a-z][^<>]*>/gi, '');
        if (text) out.push({ t: 'text', text });
      });
    } else {
      const tag = TAGS[node.elementName];
      const children = fromMarkdown(node.children);
      if (!tag) {
        out.push(...children);
        continue;
      }
      const made: Rich = { t: 'tag', tag, children };
      if (tag === 'a') {
        const url = 'url' in node ? String(node.url) : '';
        if (!SAFE_LINK.test(url)) {
          out.push(...children);
          continue;
        }
        made.href = url;
      }
      const style = 'properties' in node ? (node.properties as { style?: Record<string, string> } | undefined)?.style : undefined;
      if (style?.['color'] && SAFE_COLOR.test(style['color'])) made.color = style['color'];
      if (style?.['text-align']) made.align = style['text-align'];
      out.push(made);
    }
  }
  return out;
}

/**
 * Literal words, and inserted answers each in a <bdi>. Answers with only a space between them share one: family name and first name in
 * Arabic would otherwise change places inside a French sentence.
 */
function withIsolation(chunks: readonly { source: string; asString: string }[]): Rich[] {
  const out: Rich[] = [];
  let open: (Rich & { t: 'tag' }) | null = null;
  chunks.forEach((chunk, i) => {
    const text: Rich = { t: 'text', text: chunk.asString };
    if (chunk.source === 'output') {
      if (open) open.children.push(text);
      else {
        open = { t: 'tag', tag: 'bdi', children: [text] };
        out.push(open);
      }
    } else if (open && /^\s+$/.test(chunk.asString) && chunks[i + 1]?.source === 'output') open.children.push(text);
    else {
      open = null;
      out.push(text);
    }
  });
  return out;
}

/** The last segment of a jr:// address: the file's name among the form's attachments. */
export function mediaName(address: { href: string } | string | undefined): string | null {
  if (!address) return null;
  const href = typeof address === 'string' ? address : address.href;
  const last = href.split(/[?#]/)[0]!.split('/').pop() ?? '';
  try {
    return decodeURIComponent(last) || null;
  } catch {
    return last || null;
  }
}

/** Make a text of the engine showable. Reads reactive state. */
export function toFormText(range: TextRange<TextRole> | null | undefined): FormText | null {
  if (!range) return null;
  const chunks = [...(range as unknown as Iterable<{ source: string; asString: string }>)];
  const own = chunks.filter((c) => c.source !== 'output');
  const rich: Rich[] = own.some((c) => MAYBE_MARKDOWN.test(c.asString))
    ? fromMarkdown(range.formatted)
    : withIsolation(chunks);
  return {
    plain: chunks.map((c) => c.asString).join('').replace(/\s+/g, ' ').trim(),
    rich,
    image: mediaName(range.imageSource),
    audio: mediaName(range.audioSource),
    video: mediaName(range.videoSource),
  };
}
