import type { QueryClient } from '@tanstack/react-query';
import { perform, type Input } from './catalogue';

export interface Ending { reason: string; message?: string; exitCode?: number }

interface Ticket { ticket: string; url: string }

interface Hearing {
  onOpen: () => void;
  onBytes: (bytes: Uint8Array) => void;
  /** The panel could not send so much, because nobody took it in time. */
  onDropped: (bytes: number) => void;
  onEnd: (ending: Ending) => void;
}

const RESTARTS = 1012;

/** One two-way stream: asks for a ticket, opens it by WebSocket, and says once why it ended. */
export class TerminalLine {
  private socket: WebSocket | undefined;
  private ending: Ending | undefined;
  private over = false;
  private readonly encoder = new TextEncoder();

  constructor(private readonly hearing: Hearing) {}

  async open(client: QueryClient, action: string, input: Input): Promise<void> {
    const { ticket, url } = await perform<Ticket>(client, action, input);
    if (this.over) {
      return;
    }
    const address = new URL(url, location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    const socket = new WebSocket(address, ['openpanel.terminal', `ticket.${ticket}`]);
    socket.binaryType = 'arraybuffer';
    socket.onopen = this.hearing.onOpen;
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => (typeof data === 'string' ? this.said(data) : this.hearing.onBytes(new Uint8Array(data)));
    socket.onclose = ({ code }) => this.end(this.ending ?? { reason: code === RESTARTS ? 'moved' : 'cut' });
    this.socket = socket;
  }

  private said(text: string): void {
    const message = JSON.parse(text) as { dropped?: { bytes: number }; ended?: Ending };
    if (message.dropped) {
      this.hearing.onDropped(message.dropped.bytes);
    }
    this.ending = message.ended ?? this.ending;
  }

  private end(ending: Ending): void {
    if (!this.over) {
      this.over = true;
      this.hearing.onEnd(ending);
    }
  }

  type(text: string): void {
    this.send(this.encoder.encode(text));
  }

  /** Bytes that are no text: what some programs ask of the mouse. */
  typeBytes(bytes: string): void {
    this.send(Uint8Array.from(bytes, (each) => each.charCodeAt(0)));
  }

  private send(bytes: Uint8Array): void {
    // A message has a limit, and a clipboard has none.
    for (let from = 0; from < bytes.length && this.socket?.readyState === WebSocket.OPEN; from += 32_768) {
      this.socket.send(bytes.slice(from, from + 32_768));
    }
  }

  resize(columns: number, rows: number): void {
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify({ resize: { columns, rows } }));
    }
  }

  close(): void {
    this.over = true;
    this.socket?.close(1000);
  }
}
