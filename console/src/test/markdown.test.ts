import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import MarkdownText from '../ui/MarkdownText';

const html = (text: string) => renderToStaticMarkup(createElement(MarkdownText, { text }));

describe('Markdown of comments', () => {
  it('draws what people use', () => {
    expect(html('**bold** and `code`')).toBe('<p><strong>bold</strong> and <code>code</code></p>');
    expect(html('- one\n- two')).toBe('<ul><li>one</li><li>two</li></ul>');
    expect(html('```\na < b\n```')).toBe('<pre><code>a &lt; b</code></pre>');
  });

  it('shows a mention by name', () => {
    expect(html('Hi [@Ana Souza](member:4k2m9x0c3v5b7n1q)')).toBe('<p>Hi <span class="mention">@Ana Souza</span></p>');
  });

  it('opens links of others apart, without telling them where from', () => {
    expect(html('[site](https://example.com)')).toBe(
      '<p><a class="link" href="https://example.com" target="_blank" rel="noopener noreferrer nofollow">site</a></p>');
  });

  it('opens a page of the panel where it is', () => {
    expect(html('[x](/apps/1)')).toBe('<p><a class="link" href="/apps/1">x</a></p>');
  });

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg/onload=alert(1)>',
    'text <b onmouseover=alert(1)>x</b>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '</p></div><style>*{display:none}</style>',
    '<!--><img src=x onerror=alert(1)>-->',
    '<a href="javascript:alert(1)">x</a>',
    '```\n</code><script>alert(1)</script>\n```',
    '| a |\n|---|\n| <img src=x onerror=alert(1)> |',
    '**<script>alert(1)</script>**',
    'DROP TABLE comment; -- \u202E\u0000 𝔘𝔫𝔦 👩‍👩‍👧 ﷽',
  ])('leaves %j the text it is', (text) => {
    const drawn = html(text);
    expect(drawn).not.toMatch(/<(script|img|svg|iframe|style|b |a )/i);
    expect(drawn).toContain(text.includes('<') ? '&lt;' : 'DROP TABLE');
  });

  it.each([
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](java\tscript:alert(1))',
    '[x](&#106;avascript:alert(1))',
    '[x](data:text/html;base64,PHNjcmlwdD4=)',
    '[x](vbscript:msgbox)',
    '[x](//evil.example)',
    '[x](/\\\\evil.example)',
    '[x](</\t/evil.example>)',
    '![x](javascript:alert(1))',
    '<javascript:alert(1)>',
    '[x][1]\n\n[1]: javascript:alert(1)',
  ])('makes no link of %j', (text) => {
    expect(html(text)).not.toMatch(/href=|src=/);
  });

  it('fetches no picture of another server', () => {
    expect(html('![cat](https://evil.example/pixel.gif)')).not.toContain('<img');
  });

  it('takes a text of 10,000 characters that nests as deep as it can', () => {
    expect(() => html('> '.repeat(200) + '*'.repeat(5000) + '['.repeat(2000))).not.toThrow();
  });

  it.each(['>', '> ', '- ', '1. ', '>- ', '* > '])('shows a text that is nothing but %j and hides no other one', (deep) => {
    const text = deep.repeat(10_000 / deep.length);
    expect(() => html(text)).not.toThrow();
    expect(html(text).match(/<(blockquote|ul|ol)/g)?.length ?? 0).toBeLessThanOrEqual(21);
  });
});
