await panel.ready;
const said = document.getElementById('said');
const run = document.getElementById('run');

async function show() {
  const { items } = await panel.call('janitor.list');
  said.textContent = panel.t(items.length ? 'tile.some' : 'tile.none', { count: items.length });
}

run.textContent = panel.t('tile.run');
run.hidden = false;
run.onclick = async () => {
  try {
    const { job } = await panel.call('janitor.run');
    panel.open(`/jobs/${job.slice('job:'.length)}`);
  } catch (error) {
    said.textContent = error.message;
  }
};
panel.on('janitor.removed', show);
show().catch((error) => { said.textContent = error.message; });
