import { useT } from '../i18n/i18n';
import { Kbd } from '../ui/controls';
import { Dialog } from '../ui/dialog';
import { modifier } from '../ui/SaveBar';

const GROUPS = {
  anywhere: { search: [`${modifier}K`, '/'], fold: [`${modifier}\\`], help: ['?'], close: ['esc'] },
  tables: { move: ['j', 'k'], open: ['↵'], pick: ['x'] },
  forms: { save: [`${modifier}S`] },
};

/** What the keyboard can do. */
export default function Shortcuts({ onClose }: { onClose: () => void }) {
  const t = useT('');
  return (
    <Dialog title={t('shortcut.title')} onClose={onClose} size={440}>
      <div className="stack">
        {Object.entries(GROUPS).map(([group, keys]) => (
          <section key={group}>
            <h3>{t(`shortcut.${group}`)}</h3>
            <dl className="shortcuts">
              {Object.entries(keys).flatMap(([name, each]) => [
                <dt key={name}>{t(`shortcut.${name}`)}</dt>,
                <dd key={`${name} by`}>{each.map((key) => <Kbd key={key}>{key}</Kbd>)}</dd>,
              ])}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
