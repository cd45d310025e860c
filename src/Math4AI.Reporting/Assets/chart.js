// The charts of the page: each <div class="plot" data-chart="N"> becomes the N-th chart of the page's data when it
// comes near the window. A drag zooms into a part, a double click or Reset shows all; the keys + − 0 and the arrows
// do the same.

function unpacked(column) {
  return Array.isArray(column)
    ? column
    : Float64Array.from({ length: column.count }, (_, i) => column.from + i * column.step);
}

function element(name, attributes, text) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    made.setAttribute(key, value);
  }

  if (text !== undefined) {
    made.textContent = text;
  }

  return made;
}

const reachInPixels = 24;
const behind = { points: 0, line: 4, image: 12 };

class Chart {
  constructor(host, spec, columns) {
    [this.host, this.spec] = [host, spec];
    this.layers = spec.layers.map(layer => this.prepared(layer, columns));
    this.x = new Axis(spec.x);
    this.y = new Axis(spec.y);
    this.frame = host.appendChild(element('div', { class: 'frame', role: 'img', tabindex: '0',
      'aria-label': host.dataset.label }));
    this.tip = element('div', { class: 'tip', hidden: '' });
    const below = host.appendChild(element('div', { class: 'below' }));
    this.legend = below.appendChild(element('div', { class: 'legend' }));
    this.tools = below.appendChild(element('div', { class: 'tools' }));
    this.addLegend();
    this.addTools();
    this.build();
    this.frame.addEventListener('keydown', event => this.onKey(event));
    new ResizeObserver(() => this.resize()).observe(host);
  }

  prepared(layer, columns) {
    const own = { ...layer };
    for (const key of ['x', 'y', 'low', 'high', 'size', 'rows', 'values']) {
      if (typeof layer[key] === 'number') {
        own[key] = columns(layer[key]);
      }
    }

    if (layer.kind === 'image') {
      own.picture = new Image();
      own.picture.src = layer.source;
      own.redraw = () => this.plot.redraw();
    }

    return own;
  }

  addTools() {
    const add = (text, title, act) => {
      const button = this.tools.appendChild(element('button', { type: 'button', title }, text));
      button.addEventListener('click', act);
      return button;
    };

    for (const [name, axis] of [['x', this.x], ['y', this.y]]) {
      if (axis.spec.log) {
        const button = add(`log ${name}`, `logarithmic axis ${name}, or linear`, () => {
          axis.isLog = !axis.isLog;
          button.setAttribute('aria-pressed', axis.isLog);
          this.build();
        });
        button.setAttribute('aria-pressed', axis.isLog);
      }
    }

    add('+', 'zoom in', () => this.zoom(0.6)).className = 'zoom';
    add('−', 'zoom out', () => this.zoom(1 / 0.6)).className = 'zoom';
    this.resetButton = add('Reset', 'show all', () => this.reset());
    this.resetButton.hidden = true;
  }

  addLegend() {
    const named = this.layers.filter(layer => layer.name && layer.kind !== 'image');
    if (named.length < 2) {
      return;
    }

    for (const layer of named) {
      const button = this.legend.appendChild(element('button', { type: 'button', 'aria-pressed': 'true' }));
      const color = typeof layer.color === 'number' ? `s${layer.color % 8}` : layer.color;
      button.append(element('span', {
        class: `key ${layer.kind} ${color}${layer.dash ? ' dash' : ''}`,
        style: layer.kind === 'band' ? `opacity: ${Math.min(1, 1.8 * layer.alpha)}` : '' }), layer.name);
      button.addEventListener('click', () => {
        layer.hidden = !layer.hidden;
        button.setAttribute('aria-pressed', !layer.hidden);
        this.plot.redraw();
      });
    }
  }

  size() {
    const width = Math.max(160, this.frame.clientWidth);
    const isSquare = this.spec.shape === 'square';
    const tall = this.spec.height ?? (isSquare ? Math.min(width, 460) : Math.min(380, Math.max(240, 0.6 * width)));
    return { width, height: Math.round(tall) };
  }

  build() {
    this.plot?.destroy();
    const scale = { time: false, auto: false, range: (_, from, to) => [from ?? 0, to ?? 1] };
    const drag = { x: true, y: true, uni: 30, dist: 5, setScale: true };
    this.plot = new uPlot({
      ...this.size(),
      padding: [10, 14, 0, 0],
      scales: { x: scale, y: { ...scale } },
      series: [{}, { scale: 'y', show: true, points: { show: false } }],
      axes: [this.axisOptions(this.x, true), this.axisOptions(this.y, false)],
      legend: { show: false },
      cursor: { drag, points: { show: false }, bind: { dblclick: () => () => { this.reset(); return null; } } },
      hooks: {
        draw: [plot => this.paint(plot)],
        setCursor: [plot => this.read(plot)],
        setScale: [() => this.showReset()],
      },
    }, [[0, 1], [null, null]], this.frame);
    this.plot.over.append(this.tip);
    this.plot.over.addEventListener('mouseleave', () => this.hideTip());
    this.panning();
    this.showReset();
  }

  axisOptions(axis, isAcross) {
    const name = isAcross ? 'x' : 'y';
    let shown = { places: [], texts: [] };
    return {
      scale: name,
      label: axis.spec.label,
      labelSize: axis.spec.label ? 22 : 0,
      labelGap: 2,
      font,
      labelFont: font,
      stroke: () => css('--quiet'),
      grid: { stroke: () => css('--line'), width: 1 },
      ticks: { stroke: () => css('--line'), width: 1, size: 5 },
      gap: 4,
      space: () => 1,
      incrs: () => [1e6],
      splits: (plot, _, from, to) => {
        const pixels = isAcross ? plot.bbox.width / uPlot.pxRatio || plot.width : plot.bbox.height / uPlot.pxRatio
          || plot.height;
        shown = ticksOf(axis, from, to, pixels, isAcross);
        if (isAcross) {
          // What would reach beyond the picture is not written.
          shown.texts = shown.texts.map((text, i) => {
            const center = (shown.places[i] - from) / (to - from) * pixels;
            return text !== null && center + textWidth(text) / 2 > pixels + 13 ? null : text;
          });
        }

        return shown.places;
      },
      values: () => shown.texts,
      size: (_, texts) => isAcross ? 26
        : 14 + Math.max(8, ...(texts ?? []).map(text => text === null ? 0 : textWidth(text))),
    };
  }

  paint(plot) {
    const map = this.mapping = new Mapping(plot, this.x, this.y, uPlot.pxRatio);
    for (const layer of this.layers) {
      if (!layer.hidden) {
        paintLayer(plot.ctx, layer, map);
      }
    }

    this.host.dataset.drawn = 'yes';
  }

  // Shows the values of the mark nearest to the cursor.
  read(plot) {
    const { left, top } = plot.cursor;
    if (left === undefined || left < 0 || !this.mapping) {
      this.hideTip();
      return;
    }

    const found = this.markAt(left, top);
    if (!found) {
      this.hideTip();
      return;
    }

    this.tip.replaceChildren(...this.lines(found).map(text => element('div', {}, text)));
    this.tip.hidden = false;
    const x = (found.mark.left - plot.bbox.left) / uPlot.pxRatio, y = (found.mark.top - plot.bbox.top) / uPlot.pxRatio;
    const isRight = x > plot.over.clientWidth / 2;
    this.tip.style.left = `${Math.max(0, isRight ? x - this.tip.offsetWidth - 12 : x + 12)}px`;
    this.tip.style.top = `${Math.max(-4, Math.min(y - 12, plot.over.clientHeight - this.tip.offsetHeight))}px`;
  }

  markAt(left, top) {
    const ratio = uPlot.pxRatio, map = this.mapping;
    const x = left * ratio + map.box.left, y = top * ratio + map.box.top;
    let best = null;
    const hasMarks = this.layers.some(layer => layer.kind !== 'band' && layer.y);
    for (const layer of this.layers) {
      if (layer.kind === 'band' && hasMarks) {
        continue;
      }

      const mark = layer.hidden ? null : nearestMark(layer, map, x, y, reachInPixels * ratio);

      // Of marks as near, what is drawn later lies on top; points go before lines, then pictures, and bars last.
      const rank = mark && mark.distance + (behind[layer.kind] ?? 1e6) * ratio;
      if (mark && (best === null || rank <= best.rank)) {
        best = { layer, mark, rank };
      }
    }

    return best;
  }

  lines({ layer, mark }) {
    const i = mark.index;
    const spanOf = axis => Math.abs(axis.spec.linear[1] - axis.spec.linear[0]);
    const said = (axis, value) => axis.spec.categories?.[value] ?? valueText(value, axis.isLog ? 0 : spanOf(axis));
    const name = axis => axis.spec.label || (axis === this.x ? 'x' : 'y');
    const lines = layer.texts ? [layer.texts[i]] : layer.rows ? [`sample ${layer.rows[i]}`] : [];
    if (layer.name) {
      lines.unshift(layer.name);
    }

    if (layer.kind === 'bars') {
      const along = layer.lying ? this.y : this.x, value = layer.lying ? this.x : this.y;
      const middle = (layer.low[i] + layer.high[i]) / 2;
      lines.push(along.spec.categories ? said(along, middle)
        : `${name(along)}: ${said(along, layer.low[i])} to ${said(along, layer.high[i])}`);
      lines.push(`${name(value)}: ${said(value, layer.y[i])}`);
      return lines;
    }

    if (layer.kind === 'image') {
      const value = layer.values[i];
      return [...lines.slice(1), `${name(this.x)}: ${said(this.x, mark.x)}`, `${name(this.y)}: ${said(this.y, mark.y)}`,
        `${layer.name}: ${value === null ? 'not finite' : valueText(value, layer.most - layer.least)}`];
    }

    lines.push(`${name(this.x)}: ${said(this.x, layer.x[i])}`);
    if (layer.y) {
      lines.push(`${name(this.y)}: ${said(this.y, layer.y[i])}`);
    } else if (layer.low) {
      lines.push(`${name(this.y)}: ${said(this.y, layer.low[i])} to ${said(this.y, layer.high[i])}`);
      return lines;
    }

    for (const other of this.layers) {
      if (!other.hidden && other.low && other.name && other.x === layer.x) {
        lines.push(`${other.name}: ${said(this.y, other.low[i])} to ${said(this.y, other.high[i])}`);
      }
    }

    return lines;
  }

  hideTip() {
    this.tip.hidden = true;
  }

  scales() {
    const { x, y } = this.plot.scales;
    return { x: [x.min, x.max], y: [y.min, y.max] };
  }

  show(x, y) {
    this.plot.batch(() => {
      this.plot.setScale('x', { min: x[0], max: x[1] });
      this.plot.setScale('y', { min: y[0], max: y[1] });
    });
  }

  reset() {
    this.show([0, 1], [0, 1]);
  }

  showReset() {
    const { x, y } = this.scales();
    this.resetButton.hidden = x[0] === 0 && x[1] === 1 && y[0] === 0 && y[1] === 1;
    this.hideTip();
  }

  // Makes both spans smaller or larger by a factor, around a place given as shares of the picture.
  zoom(factor, atX = 0.5, atY = 0.5) {
    const { x, y } = this.scales();
    const around = ([from, to], at) => {
      const width = Math.min(20, Math.max(1e-7, (to - from) * factor)), middle = from + at * (to - from);
      return [middle - at * width, middle + (1 - at) * width];
    };
    this.show(around(x, atX), around(y, atY));
  }

  pan(acrossShare, upShare) {
    const { x, y } = this.scales();
    const moved = ([from, to], share) => [from + share * (to - from), to + share * (to - from)];
    this.show(moved(x, acrossShare), moved(y, upShare));
  }

  // With shift, or on a map, a drag moves the picture and the wheel zooms.
  panning() {
    const { over } = this.plot, { map } = this.spec;
    let from = null;
    over.addEventListener('mousedown', event => {
      if (event.button === 0 && (map ? !event.shiftKey : event.shiftKey)) {
        from = [event.clientX, event.clientY];
        event.stopImmediatePropagation();
        event.preventDefault();
        const move = next => {
          this.pan((from[0] - next.clientX) / over.clientWidth, (next.clientY - from[1]) / over.clientHeight);
          from = [next.clientX, next.clientY];
        };
        const end = () => {
          document.removeEventListener('mousemove', move);
          document.removeEventListener('mouseup', end);
        };
        document.addEventListener('mousemove', move);
        document.addEventListener('mouseup', end);
      }
    }, true);
    over.addEventListener('wheel', event => {
      if (map || event.ctrlKey) {
        event.preventDefault();
        const box = over.getBoundingClientRect();
        this.zoom(1.0015 ** event.deltaY, (event.clientX - box.left) / box.width,
          1 - (event.clientY - box.top) / box.height);
      }
    }, { passive: false });
  }

  onKey(event) {
    const acts = {
      '+': () => this.zoom(0.6), '-': () => this.zoom(1 / 0.6), 0: () => this.reset(),
      ArrowLeft: () => this.pan(-0.1, 0), ArrowRight: () => this.pan(0.1, 0),
      ArrowUp: () => this.pan(0, 0.1), ArrowDown: () => this.pan(0, -0.1),
    };
    if (acts[event.key] && !event.altKey && !event.ctrlKey && !event.metaKey) {
      acts[event.key]();
      event.preventDefault();
    }
  }

  resize() {
    const size = this.size();
    if (size.width !== this.plot.width || size.height !== this.plot.height) {
      this.plot.setSize(size);
    }
  }
}

function start() {
  const data = document.getElementById('chart-data');
  const { columns, charts } = JSON.parse(data.textContent);
  data.remove();
  const unpackedColumns = new Map();
  const column = index => {
    if (!unpackedColumns.has(index)) {
      unpackedColumns.set(index, unpacked(columns[index]));
    }

    return unpackedColumns.get(index);
  };
  const made = [];
  const make = host => {
    if (!host.chart) {
      host.chart = new Chart(host, charts[host.dataset.chart], column);
      made.push(host.chart);
    }
  };
  const hosts = [...document.querySelectorAll('.plot')];
  const watcher = new IntersectionObserver(
    entries => entries.filter(entry => entry.isIntersecting).forEach(entry => {
      watcher.unobserve(entry.target);
      make(entry.target);
    }), { rootMargin: '400px' });

  // What stands in sight is there from the first frame on, for pictures of the page too.
  hosts.forEach(host => host.getBoundingClientRect().top < innerHeight ? make(host) : watcher.observe(host));
  addEventListener('beforeprint', () => hosts.forEach(make));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => made.forEach(
    chart => chart.plot.redraw(false, true)));
}

start();
