// What a chart draws. A layer is painted on the canvas between the axes, and may be asked for the mark nearest to a
// place, which is what a reader points at.

const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const colorOf = layer => css(typeof layer.color === 'number' ? `--s${layer.color % 8}` : `--${layer.color}`);

// From values to pixels of the canvas, for the part of the axes that is shown.
class Mapping {
  constructor(plot, x, y, ratio) {
    const box = plot.bbox;
    [this.x, this.y, this.ratio, this.box] = [x, y, ratio, box];
    const across = plot.scales.x, up = plot.scales.y;
    this.perX = box.width / (across.max - across.min);
    this.perY = box.height / (up.max - up.min);
    this.originX = box.left - across.min * this.perX;
    this.originY = box.top + box.height + up.min * this.perY;
  }

  left(value) {
    return this.originX + this.x.share(this.x.transform(value)) * this.perX;
  }

  top(value) {
    return this.originY - this.y.share(this.y.transform(value)) * this.perY;
  }

  // For edges of areas: what has no place on a logarithmic axis lies far below it.
  edge(value) {
    const top = this.top(value);
    return Number.isNaN(top) ? this.box.top + 2 * this.box.height : top;
  }

  edgeLeft(value) {
    const left = this.left(value);
    return Number.isNaN(left) ? this.box.left - this.box.width : left;
  }

  sees(left, top, margin) {
    const { box } = this;
    return left >= box.left - margin && left <= box.left + box.width + margin
      && top >= box.top - margin && top <= box.top + box.height + margin;
  }
}

const shapes = [
  (ctx, x, y, r) => { ctx.moveTo(x + r, y); ctx.arc(x, y, r, 0, 2 * Math.PI); },
  (ctx, x, y, r) => ctx.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r),
  (ctx, x, y, r) => { ctx.moveTo(x, y - 1.3 * r); ctx.lineTo(x + 1.2 * r, y + r); ctx.lineTo(x - 1.2 * r, y + r);
    ctx.closePath(); },
  (ctx, x, y, r) => { ctx.moveTo(x, y - 1.3 * r); ctx.lineTo(x + 1.3 * r, y); ctx.lineTo(x, y + 1.3 * r);
    ctx.lineTo(x - 1.3 * r, y); ctx.closePath(); },
];

function radiusOf(layer) {
  const count = layer.x.length;
  return count > 20000 ? 1 : count > manyPoints ? 1.4 : count > 500 ? 2 : 3.4;
}

const manyPoints = 3000;

// The shares of a column on an axis, kept as long as the axis runs the same way.
function sharesOf(layer, key, axis) {
  const kept = layer.shares ??= {};
  if (kept[key]?.isLog !== axis.isLog) {
    const values = layer[key];
    kept[key] = { isLog: axis.isLog,
      values: Float64Array.from(values, value => axis.share(axis.transform(value))) };
  }

  return kept[key].values;
}

// Very many points: counted by pixel, so that each costs a few additions, and their number shows as depth of color.
function paintCloud(ctx, layer, map) {
  const { box } = map, width = Math.ceil(box.width), height = Math.ceil(box.height);
  const side = Math.max(1, Math.round(2 * radiusOf(layer) * map.ratio)), opacity = 0.45;
  const counts = new Uint16Array(width * height);
  const xs = sharesOf(layer, 'x', map.x), ys = sharesOf(layer, 'y', map.y);
  const left = map.originX - box.left - side / 2, top = map.originY - box.top - side / 2;
  for (let i = 0; i < xs.length; i++) {
    const x = Math.round(left + xs[i] * map.perX), y = Math.round(top - ys[i] * map.perY);
    if (x > -side && x < width && y > -side && y < height) {
      for (let row = Math.max(0, y); row < Math.min(height, y + side); row++) {
        for (let column = Math.max(0, x); column < Math.min(width, x + side); column++) {
          counts[row * width + column]++;
        }
      }
    }
  }

  const color = parseInt(colorOf(layer).slice(1), 16);
  const picture = new ImageData(width, height), pixels = new Uint32Array(picture.data.buffer);
  const opaque = (color & 0xff) << 16 | color & 0xff00 | color >> 16 & 0xff;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] > 0) {
      pixels[i] = (Math.round(255 * (1 - (1 - opacity) ** counts[i])) << 24 | opaque) >>> 0;
    }
  }

  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d').putImageData(picture, 0, 0);
  ctx.drawImage(canvas, Math.round(box.left), Math.round(box.top));
}

function paintPoints(ctx, layer, map) {
  const count = layer.x.length, plain = radiusOf(layer) * map.ratio;
  if (count > manyPoints) {
    paintCloud(ctx, layer, map);
    return;
  }

  ctx.fillStyle = colorOf(layer);
  ctx.globalAlpha = count > 500 ? 0.6 : 0.85;
  const shape = shapes[typeof layer.color === 'number' ? layer.color % shapes.length : 0];
  ctx.beginPath();
  for (let i = 0; i < count; i++) {
    const x = map.left(layer.x[i]), y = map.top(layer.y[i]);
    const radius = layer.size ? plain * Math.sqrt(layer.size[i]) : plain;
    if (map.sees(x, y, radius)) {
      shape(ctx, x, y, radius);
    }
  }

  ctx.fill();
  if (layer.named) {
    ctx.globalAlpha = 1;
    ctx.font = `${12 * map.ratio}px system-ui, sans-serif`;
    ctx.textBaseline = 'middle';
    const end = map.box.left + map.box.width, gap = 1.8 * plain;
    for (let i = 0; i < count; i++) {
      const x = map.left(layer.x[i]), y = map.top(layer.y[i]);
      if (map.sees(x, y, plain)) {
        // A name that would be cut off at the right end stands on the left.
        const fits = x + gap + ctx.measureText(layer.texts[i]).width <= end;
        ctx.textAlign = fits ? 'left' : 'right';
        ctx.fillText(layer.texts[i], fits ? x + gap : x - gap, y);
      }
    }
  }
}

function paintLine(ctx, layer, map) {
  ctx.strokeStyle = colorOf(layer);
  ctx.lineWidth = (layer.thin ? 1.2 : 2) * map.ratio;
  ctx.setLineDash(layer.dash ? [6 * map.ratio, 4 * map.ratio] : []);
  ctx.lineJoin = 'round';
  ctx.beginPath();
  let isDown = false, last = 0;
  for (let i = 0; i < layer.x.length; i++) {
    const x = map.left(layer.x[i]), y = layer.y[i] === null ? NaN : map.top(layer.y[i]);
    if (Number.isNaN(x) || Number.isNaN(y)) {
      isDown = false;
      continue;
    }

    if (!isDown) {
      ctx.moveTo(x, y);
    } else {
      if (layer.steps) {
        ctx.lineTo(x, last);
      }

      ctx.lineTo(x, y);
    }

    [isDown, last] = [true, y];
  }

  ctx.stroke();
  if (layer.marks && layer.x.length <= 200) {
    ctx.setLineDash([]);
    paintPoints(ctx, layer, map);
  }
}

function paintBand(ctx, layer, map) {
  ctx.fillStyle = colorOf(layer);
  ctx.globalAlpha = layer.alpha;
  ctx.beginPath();
  const count = layer.x.length;
  for (let i = 0; i < count; i++) {
    ctx.lineTo(map.left(layer.x[i]), map.edge(layer.high[i]));
  }

  for (let i = count - 1; i >= 0; i--) {
    ctx.lineTo(map.left(layer.x[i]), map.edge(layer.low[i]));
  }

  ctx.fill();
  if (layer.alpha > 0.5) {
    // A range of no height is seen as a line.
    ctx.strokeStyle = ctx.fillStyle;
    ctx.lineWidth = map.ratio;
    ctx.stroke();
  }
}

function paintWhiskers(ctx, layer, map) {
  ctx.strokeStyle = colorOf(layer);
  ctx.lineWidth = 1.5 * map.ratio;
  const cap = 4 * map.ratio;
  ctx.beginPath();
  for (let i = 0; i < layer.x.length; i++) {
    const x = map.left(layer.x[i]), low = map.edge(layer.low[i]), high = map.edge(layer.high[i]);
    ctx.moveTo(x, low);
    ctx.lineTo(x, high);
    for (const end of [low, high]) {
      ctx.moveTo(x - cap, end);
      ctx.lineTo(x + cap, end);
    }
  }

  ctx.stroke();
}

// The rectangle of a bar: upright over [low, high] of x from 0, or lying over [low, high] of y from 0.
function barBox(layer, i, map) {
  const [from, to, value] = [layer.low[i], layer.high[i], layer.y[i]];
  return layer.lying
    ? [map.edgeLeft(0), map.edge(to), map.edgeLeft(value), map.edge(from)]
    : [map.edgeLeft(from), map.edge(value), map.edgeLeft(to), map.edge(0)];
}

function paintBars(ctx, layer, map) {
  ctx.fillStyle = colorOf(layer);
  ctx.globalAlpha = 0.75;
  for (let i = 0; i < layer.y.length; i++) {
    const [left, top, right, bottom] = barBox(layer, i, map);
    const gap = layer.lying ? 0 : Math.min(1, Math.abs(right - left) / 8);
    ctx.fillRect(Math.min(left, right) + gap / 2, Math.min(top, bottom), Math.abs(right - left) - gap,
      Math.abs(bottom - top));
  }
}

// A straight line across all of the picture: at an x, at a y, or of a slope through a point.
function paintRule(ctx, layer, map) {
  const { box } = map;
  ctx.strokeStyle = colorOf(layer);
  ctx.lineWidth = 1.3 * map.ratio;
  ctx.setLineDash(layer.solid ? [] : [5 * map.ratio, 4 * map.ratio]);
  ctx.beginPath();
  if (layer.atX !== undefined) {
    ctx.moveTo(map.left(layer.atX), box.top);
    ctx.lineTo(map.left(layer.atX), box.top + box.height);
  } else if (layer.slope === 0) {
    ctx.moveTo(box.left, map.top(layer.intercept));
    ctx.lineTo(box.left + box.width, map.top(layer.intercept));
  } else {
    // Straight on linear axes alone; elsewhere it bends, and is drawn as a curve.
    for (let i = 0; i <= 200; i++) {
      const share = (box.left + box.width * i / 200 - map.originX) / map.perX;
      const y = map.top(layer.intercept + layer.slope * map.x.inverse(map.x.at(share)));
      if (!Number.isNaN(y)) {
        ctx.lineTo(map.originX + share * map.perX, y);
      }
    }
  }

  ctx.stroke();
}

function paintImage(ctx, layer, map) {
  if (!layer.picture.complete) {
    layer.picture.onload = () => layer.redraw();
    return;
  }

  const left = map.left(layer.left), top = map.top(layer.top);
  ctx.imageSmoothingEnabled = layer.smooth;
  ctx.drawImage(layer.picture, left, top, map.left(layer.right) - left, map.top(layer.bottom) - top);
}

const painters = {
  points: paintPoints, line: paintLine, band: paintBand, whiskers: paintWhiskers, bars: paintBars, rule: paintRule,
  image: paintImage,
};

function paintLayer(ctx, layer, map) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(map.box.left, map.box.top, map.box.width, map.box.height);
  ctx.clip();
  painters[layer.kind](ctx, layer, map);
  ctx.restore();
}

// The marks of a layer in the order of x, so that those near a place are found without looking at all.
function ordered(layer) {
  layer.order ??= Uint32Array.from(layer.x.keys()).sort((a, b) => layer.x[a] - layer.x[b]);
  return layer.order;
}

function firstFrom(layer, order, value) {
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (layer.x[order[middle]] < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }

  return low;
}

// The mark of points or a line within reach (pixels of the canvas) of a place: { index, left, top, distance }.
function nearestPoint(layer, map, left, top, reach) {
  const order = ordered(layer);
  const valueAt = pixel => map.x.inverse(map.x.at((pixel - map.originX) / map.perX));
  let best = null;
  const end = valueAt(left + reach);
  for (let at = firstFrom(layer, order, valueAt(left - reach)); at < order.length; at++) {
    const index = order[at];
    if (layer.x[index] > end) {
      break;
    }

    const x = map.left(layer.x[index]), y = layer.y[index] === null ? NaN : map.top(layer.y[index]);
    const distance = Math.hypot(x - left, y - top);
    if (distance <= reach && (best === null || distance < best.distance)) {
      best = { index, left: x, top: y, distance };
    }
  }

  return best;
}

function nearestBar(layer, map, left, top) {
  for (let i = 0; i < layer.y.length; i++) {
    const [x0, y0, x1, y1] = barBox(layer, i, map);
    const isIn = layer.lying ? top >= Math.min(y0, y1) && top <= Math.max(y0, y1)
      : left >= Math.min(x0, x1) && left <= Math.max(x0, x1);
    if (isIn) {
      return { index: i, left: layer.lying ? x1 : (x0 + x1) / 2, top: layer.lying ? (y0 + y1) / 2 : y0, distance: 0 };
    }
  }

  return null;
}

// The part of a band below or above a place.
function nearestPart(layer, map, left) {
  const order = ordered(layer), value = map.x.inverse(map.x.at((left - map.originX) / map.perX));
  const next = firstFrom(layer, order, value), away = at => Math.abs(layer.x[order[at]] - value);
  const at = next === order.length || (next > 0 && away(next - 1) < away(next)) ? next - 1 : next;
  return at < 0 ? null
    : { index: order[at], left: map.left(layer.x[order[at]]), top: map.edge(layer.high[order[at]]), distance: 0 };
}

// The cell of a picture of values that a place lies in, with the values of its center along both axes.
function nearestCell(layer, map, left, top) {
  if (!layer.values) {
    return null;
  }

  const rows = layer.values.length / layer.columns;
  const column = Math.floor(layer.columns * (map.x.inverse(map.x.at((left - map.originX) / map.perX)) - layer.left)
    / (layer.right - layer.left));
  const row = Math.floor(rows * (map.y.inverse(map.y.at((map.originY - top) / map.perY)) - layer.bottom)
    / (layer.top - layer.bottom));
  if (column < 0 || column >= layer.columns || row < 0 || row >= rows) {
    return null;
  }

  const x = layer.left + (column + 0.5) / layer.columns * (layer.right - layer.left);
  const y = layer.bottom + (row + 0.5) / rows * (layer.top - layer.bottom);
  return { index: row * layer.columns + column, x, y, left: map.left(x), top: map.top(y), distance: 0 };
}

function nearestMark(layer, map, left, top, reach) {
  switch (layer.kind) {
    case 'points':
    case 'line':
      return nearestPoint(layer, map, left, top, reach);
    case 'bars':
      return nearestBar(layer, map, left, top);
    case 'band':
      return nearestPart(layer, map, left);
    case 'image':
      return nearestCell(layer, map, left, top);
    default:
      return null;
  }
}
