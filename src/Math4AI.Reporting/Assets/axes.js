// Scales, ticks and how numbers are written. Every axis is handed to uPlot as 0 … 1 over its home range, so that
// neither logarithms nor very small spans are its business.

const font = '12px system-ui, -apple-system, "Segoe UI", sans-serif';
const ruler = document.createElement('canvas').getContext('2d');
ruler.font = font;

function textWidth(text) {
  return ruler.measureText(text).width;
}

// An axis of a chart: the data's values, transformed (logarithm or not), over the home range.
class Axis {
  constructor(spec) {
    this.spec = spec;
    this.isLog = Boolean(spec.isLog);
  }

  get home() {
    return this.isLog ? this.spec.log : this.spec.linear;
  }

  // Values that have no place on a logarithmic axis become NaN.
  transform(value) {
    return this.isLog ? (value > 0 ? Math.log10(value) : NaN) : value;
  }

  inverse(transformed) {
    return this.isLog ? 10 ** transformed : transformed;
  }

  // From 0 … 1 to transformed values, and back; by halves, since the span of finite numbers need not be finite.
  at(share) {
    const [from, to] = this.home;
    return 2 * (from / 2 + share * (to / 2 - from / 2));
  }

  share(transformed) {
    const [from, to] = this.home;
    return (transformed / 2 - from / 2) / (to / 2 - from / 2);
  }
}

function superscript(power) {
  return String(power).replace('-', '⁻').replace(/[0-9]/g, digit => '⁰¹²³⁴⁵⁶⁷⁸⁹'[digit]);
}

function minus(text) {
  return text.replace('-', '−');
}

// A value as ticks have it: as many decimals as the step between ticks needs.
function tickText(value, step, largest) {
  if (Math.abs(value) < 1e-9 * step) {
    return '0';
  }

  const place = Math.floor(Math.log10(step) + 1e-9);
  if (largest < 1e6 && largest >= 1e-3) {
    return minus(value.toFixed(Math.min(20, Math.max(0, -place))));
  }

  const power = Math.floor(Math.log10(largest) + 1e-9);
  return minus((value / 10 ** power).toFixed(Math.min(15, Math.max(0, power - place)))) + '×10' + superscript(power);
}

// A value as the reader of a point sees it: its digits go as far as the span of the axis makes sense of.
function valueText(value, span) {
  if (!Number.isFinite(value)) {
    return String(value);
  }

  const beyond = value !== 0 && span > 0 ? Math.ceil(Math.log10(Math.abs(value) / span)) : 0;
  const digits = Math.min(17, Math.max(5, 5 + beyond));
  const short = Number(value.toPrecision(digits));
  const size = Math.abs(short);
  if (size !== 0 && (size >= 1e9 && !Number.isInteger(short) || size >= 1e15 || size < 1e-4)) {
    const [mantissa, power] = short.toExponential().split('e');
    return minus(mantissa) + '×10' + superscript(Number(power));
  }

  return minus(String(short));
}

// The least round step (1, 2 or 5 times a power of ten) that is not below a span.
function roundStep(span) {
  const power = 10 ** Math.floor(Math.log10(span));
  const factor = [1, 2, 5, 10].find(candidate => candidate * power >= span * (1 - 1e-9));
  return factor * power;
}

function linearTicks(from, to, pixels, isAcross, least = 0) {
  const largest = Math.max(Math.abs(from), Math.abs(to));
  let step = Math.max(least, roundStep((to - from) * Math.min(isAcross ? 45 : 34, pixels / 3) / pixels));
  for (let tries = 0; tries < 12; tries++) {
    const values = [];
    for (let i = Math.ceil(from / step - 1e-9); i * step <= to + 1e-9 * step; i++) {
      values.push(i * step);
    }

    const texts = values.map(value => tickText(value, step, largest));
    const widest = Math.max(0, ...texts.map(textWidth));
    if (!isAcross || widest + 14 <= step / (to - from) * pixels) {
      return { values, texts };
    }

    step = roundStep(step * 1.5);
  }

  return { values: [from], texts: [tickText(from, to - from, largest)] };
}

function powerText(power, isPlain, factor) {
  if (isPlain) {
    return minus(String(Number((factor * 10 ** power).toPrecision(3))));
  }

  return (factor === 1 ? '' : factor + '×') + '10' + superscript(power);
}

// Ticks over decades; from and to are logarithms, as are the values returned.
function logTicks(from, to, pixels, isAcross) {
  if (to - from < 1.2) {
    const { values, texts } = linearTicks(10 ** from, 10 ** to, pixels, isAcross);
    const kept = values.map((value, i) => ({ value, text: texts[i] })).filter(tick => tick.value > 0);
    return { values: kept.map(tick => Math.log10(tick.value)), texts: spaced(kept.map(
      tick => ({ at: (Math.log10(tick.value) - from) / (to - from) * pixels, text: tick.text })), isAcross) };
  }

  const isPlain = from >= -3.5 && to <= 5.5;
  const perDecade = pixels / (to - from);
  const every = Math.max(1, Math.ceil((isAcross ? 52 : 30) / perDecade));
  const labeled = perDecade > 150 ? [1, 2, 5] : [1];
  const ticks = [];
  for (let power = Math.floor(from); power <= to; power++) {
    for (const factor of every > 1 ? [1] : [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      const at = power + Math.log10(factor);
      if (at >= from - 1e-9 && at <= to + 1e-9) {
        const isLabeled = labeled.includes(factor) && power % every === 0;
        ticks.push({ at, text: isLabeled ? powerText(power, isPlain, factor) : null });
      }
    }
  }

  return { values: ticks.map(tick => tick.at), texts: ticks.map(tick => tick.text) };
}

// Leaves out the texts that would overlap the one before.
function spaced(ticks, isAcross) {
  let end = -Infinity;
  return ticks.map(({ at, text }) => {
    const half = isAcross ? textWidth(text) / 2 : 8;
    if (at - half < end + (isAcross ? 8 : 2)) {
      return null;
    }

    end = at + half;
    return text;
  });
}

function shortened(text, width) {
  if (textWidth(text) <= width) {
    return text;
  }

  let end = text.length;
  while (end > 1 && textWidth(text.slice(0, end) + '…') > width) {
    end--;
  }

  return text.slice(0, end) + '…';
}

// Named places 0, 1, 2, …; where they are too close, some names are left out.
function categoryTicks(names, from, to, pixels, isAcross) {
  const room = pixels / (to - from);
  const every = Math.max(1, Math.ceil((isAcross ? 34 : 15) / room));
  const values = [];
  for (let i = Math.max(0, Math.ceil(from)); i <= Math.min(names.length - 1, to); i++) {
    if (i % every === 0) {
      values.push(i);
    }
  }

  const width = isAcross ? room * every - 8 : 130;
  return { values, texts: values.map(i => shortened(names[i], width)) };
}

// Ticks of an axis in the part from … to (shares of the home range): places in shares, and their texts.
function ticksOf(axis, from, to, pixels, isAcross) {
  const [low, high] = [axis.at(from), axis.at(to)];
  const { values, texts } = axis.spec.categories
    ? categoryTicks(axis.spec.categories, low, high, pixels, isAcross)
    : (axis.isLog ? logTicks : linearTicks)(low, high, pixels, isAcross, axis.spec.whole ? 1 : 0);
  return { places: values.map(value => axis.share(value)), texts };
}
