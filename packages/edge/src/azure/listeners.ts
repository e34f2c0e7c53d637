import type { Unsubscribe } from '../hub/hub.ts';

/** Takes an error that must not break the hub's own course; `where` names whose it is. */
export type OnFault = (where: string, error: unknown) => void;

/** The module's listeners to one kind of news. One that throws breaks neither the hub nor the others. */
export class Listeners<T> {
  readonly #where: string;
  readonly #onFault: OnFault;
  readonly #listeners = new Set<(news: T) => void>();

  constructor(options: { readonly where: string; readonly onFault: OnFault }) {
    this.#where = options.where;
    this.#onFault = options.onFault;
  }

  add(listener: (news: T) => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  emit(news: T): void {
    for (const listener of this.#listeners) this.notify(listener, news);
  }

  /** One of them, which may not have been added yet. */
  notify(listener: (news: T) => void, news: T): void {
    try {
      listener(news);
    } catch (error) {
      this.#onFault(this.#where, error);
    }
  }
}
