import { Store } from './store';

/** How the panel's messages are told to the person; as they are, until a language is known. */
export const retelling = new Store<(message: string) => string>((message) => message);

/** What went wrong with a call, in the panel's own words (RFC 9457), told in the person's language. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly request?: string,
    readonly kind?: string,
    readonly errors: Record<string, string> = {},
  ) {
    super(detail || title);
  }

  static async of(response: Response): Promise<Problem> {
    const request = response.headers.get('OpenPanel-Request') ?? undefined;
    const body = await response.json().catch(() => ({})) as Partial<Problem> & { instance?: string };
    const retell = retelling.get();
    const errors = Object.fromEntries(Object.entries(body.errors ?? {}).map(([field, message]) => [field, retell(message)]));
    return new Problem(response.status, body.title ?? `HTTP ${response.status}`, retell(body.detail ?? ''),
      request ?? body.instance, body.kind, errors);
  }

  /** Nothing answered at all. */
  static unreachable(): Problem {
    return new Problem(0, 'unreachable', '', undefined, 'unreachable');
  }

  static from(error: unknown): Problem {
    if (error instanceof Problem) {
      return error;
    }
    if (isUnloaded(error)) {
      return Problem.unreachable();
    }
    return new Problem(0, 'unexpected', error instanceof Error ? error.message : String(error), undefined, 'unexpected');
  }
}

/** A part of the console that could not be fetched; the browser never asks for it again until the page is loaded anew. */
export const isUnloaded = (error: unknown): boolean => error instanceof TypeError && /dynamically imported module|module script/i.test(error.message);
