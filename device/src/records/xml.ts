// Reading XML in the app outside the form engine: forms (for labels and entity rules) and own submissions (for what they save).

/** Parse XML, or throw when it is not well-formed. */
export function parseXml(text: string): Document {
  const document = new DOMParser().parseFromString(text, 'application/xml');
  if (document.getElementsByTagName('parsererror').length > 0) throw new Error('not well-formed XML');
  return document;
}

/** Child elements by local name, or all of them. */
export function children(element: Element, name?: string): Element[] {
  return Array.from(element.children).filter((child) => name === undefined || child.localName === name);
}

/** Every element under `root` with this local name, whatever its prefix. */
export function descendants(root: Element | Document, name: string): Element[] {
  return Array.from(root.getElementsByTagNameNS('*', name));
}
