import { lexer, type Token, type Tokens } from 'marked';
import { Fragment, type ReactNode } from 'react';

const WEB = /^(https?:|mailto:)/i;
/** As a browser reads it: a backslash is a slash to it, a tab is nothing, and two slashes are another server. */
const isInside = (href: string): boolean => href.startsWith('/') && URL.canParse(href, window.location.origin) && new URL(href, window.location.origin).origin === window.location.origin;

/** Made of elements and never of HTML: what somebody wrote as a tag is shown as they wrote it. */
export default function MarkdownText({ text }: { text: string }) {
  return <>{drawn(read(text))}</>;
}

const DEEPEST = 20;

/** What nests deeper, or too deep to be read at all, stays as it was typed: one comment must not take the others away. */
function read(text: string): Token[] {
  try {
    return shallow(lexer(text, { gfm: true, breaks: true }), DEEPEST);
  } catch {
    return [{ type: 'text', raw: text, text }];
  }
}

function shallow(tokens: Token[], left: number): Token[] {
  return tokens.map((token) => {
    if (left === 0) {
      return { type: 'text', raw: token.raw, text: token.raw };
    }
    const { items, tokens: within } = token as { items?: Token[]; tokens?: Token[] };
    return { ...token, ...(within && { tokens: shallow(within, left - 1) }), ...(items && { items: shallow(items, left - 1) }) } as Token;
  });
}

const drawn = (tokens: Token[] | undefined): ReactNode => tokens?.map((token, index) => <Fragment key={index}>{one(token)}</Fragment>);

const inner = (token: Token): ReactNode => ('tokens' in token && token.tokens?.length ? drawn(token.tokens) : 'text' in token ? token.text as string : token.raw);

function one(token: Token): ReactNode {
  switch (token.type) {
    case 'space':
    case 'def': return null;
    case 'paragraph': return <p>{inner(token)}</p>;
    case 'heading': return <p><b>{inner(token)}</b></p>;
    case 'strong': return <strong>{inner(token)}</strong>;
    case 'em': return <em>{inner(token)}</em>;
    case 'del': return <del>{inner(token)}</del>;
    case 'codespan': return <code>{(token as Tokens.Codespan).text}</code>;
    case 'code': return <pre><code>{(token as Tokens.Code).text}</code></pre>;
    case 'blockquote': return <blockquote>{inner(token)}</blockquote>;
    case 'br': return <br />;
    case 'hr': return <hr />;
    case 'list': return list(token as Tokens.List);
    case 'table': return table(token as Tokens.Table);
    case 'link': return link(token as Tokens.Link);
    // A picture of somebody else's server would tell it who reads; its address is there to be opened.
    case 'image': return address((token as Tokens.Image).href, (token as Tokens.Image).text, token.raw);
    case 'escape':
    case 'text': return inner(token);
    default: return token.raw;
  }
}

function list(token: Tokens.List): ReactNode {
  const items = token.items.map((item, index) => <li key={index}>{item.task && (item.checked ? '☑ ' : '☐ ')}{drawn(item.tokens)}</li>);
  return token.ordered ? <ol start={Number(token.start) || 1}>{items}</ol> : <ul>{items}</ul>;
}

function table(token: Tokens.Table): ReactNode {
  return (
    <table>
      <thead><tr>{token.header.map((cell, index) => <th key={index}>{drawn(cell.tokens)}</th>)}</tr></thead>
      <tbody>{token.rows.map((row, at) => <tr key={at}>{row.map((cell, index) => <td key={index}>{drawn(cell.tokens)}</td>)}</tr>)}</tbody>
    </table>
  );
}

const link = (token: Tokens.Link): ReactNode => (/^member:[0-9a-z]+$/.test(token.href)
  ? <span className="mention">{token.text}</span> : address(token.href, inner(token), token.raw));

/** Only what a browser opens as a page or a message; anything else stays the text it is. */
function address(href: string, said: ReactNode, raw: string): ReactNode {
  if (isInside(href)) {
    return <a className="link" href={href}>{said || href}</a>;
  }
  return WEB.test(href) ? <a className="link" href={href} target="_blank" rel="noopener noreferrer nofollow">{said || href}</a> : raw;
}
