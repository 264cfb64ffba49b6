export interface XmlNode {
  name: string;
  attributes: Record<string, string>;
  children: XmlNode[];
  text: string;
}

const PART = /<\?[^>]*\?>|<\/([\w:-]+)>|<([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** A strict reader of the XML we write: whatever is not well-formed throws. */
export function parseXml(file: string): XmlNode {
  const root: XmlNode = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  PART.lastIndex = 0;
  while (PART.lastIndex < file.length) {
    const from = PART.lastIndex;
    const part = PART.exec(file);
    if (!part) throw new Error(`Expected well-formed XML, found ${JSON.stringify(file.slice(from, from + 60))}.`);
    const [, closed, name, attributes, empty, text] = part;
    const top = open[open.length - 1];
    if (closed !== undefined) {
      if (closed !== top.name) throw new Error(`Expected </${top.name}>, found </${closed}>.`);
      open.pop();
    } else if (name !== undefined) {
      const node: XmlNode = { name, attributes: readAttributes(attributes), children: [], text: '' };
      top.children.push(node);
      if (!empty) open.push(node);
    } else if (text !== undefined) top.text += decode(text);
  }
  if (open.length !== 1 || root.children.length !== 1) throw new Error('Expected one element that is closed.');
  return root.children[0];
}

function readAttributes(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, name, value]) => [name, decode(value)] as const);
  if (new Set(pairs.map(([name]) => name)).size !== pairs.length) throw new Error(`Found an attribute twice: ${text}.`);
  return Object.fromEntries(pairs);
}

const decode = (text: string): string =>
  text.replace(/&(\w*)(;?)/g, (whole, name: string, end: string) => {
    if (!end || !(name in ENTITIES)) throw new Error(`Expected an entity of XML, found ${whole}.`);
    return ENTITIES[name];
  });
