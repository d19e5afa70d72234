/** The element with this id, which the page's HTML has. */
export function byId<T extends Element>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new TypeError(`the page has no ${id}`);
  return element;
}

type Child = Node | string;

/** A new element with these children. Text is only ever text. */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Readonly<Record<string, string>>, ...children: readonly Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const shown = new WeakMap<Element, string>();

/** Makes an element's children anew when what they show has changed, and leaves them, and the focus in them, alone otherwise. */
export function show(element: Element, data: unknown, children: () => readonly Child[]): void {
  const text = JSON.stringify(data);
  if (shown.get(element) === text) return;
  shown.set(element, text);
  element.replaceChildren(...children());
}
