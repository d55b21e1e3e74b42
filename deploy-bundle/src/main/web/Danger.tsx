import { Button, Card, confirm, toast, useAction, useNavigate, useT } from '@openpanel/ui';
import { idOf, type App } from './model';

export function Danger({ app }: { app: App }) {
  const t = useT();
  const navigate = useNavigate();
  const remove = useAction('app.delete');
  return (
    <div className="form">
      <Card danger>
        <div className="body spread" style={{ flexWrap: 'wrap' }}>
          <div style={{ flex: '1 1 300px' }}><h2>{t('app.delete')}</h2><p className="muted" style={{ marginTop: 4 }}>{t('app.delete-text')}</p></div>
          <Button tone="danger" why={remove.allowed ? undefined : t('not-allowed')} onClick={() => confirm({
            title: t('delete.title', { name: app.name }), action: t('app.delete'), name: app.name,
            dies: [t('app.dies-containers'), t('app.dies-domains'), t('app.dies-history')], survives: [t('app.survives-git'), ...(app.hasVolumes ? [t('app.survives-volumes')] : [])],
            run: async () => {
              await remove.run({ app: app.app, confirm: app.name });
              toast(t('did.delete', { name: app.name }));
              navigate(`/projects/${idOf(app.project)}`, { replace: true });
            } })}>{t('app.delete')}</Button>
        </div>
      </Card>
    </div>
  );
}
