"""Writes FormulaDerivatives.csv: values and derivatives of every function of a formula, by mpmath with 40 digits.

python3 FormulaDerivatives.py > FormulaDerivatives.csv
"""
import mpmath as mp

mp.mp.dps = 60
SIZES = [5e-324, 1e-300, 1e-20, 1e-8, 1e-3, 0.1, 0.24, 0.26, 0.5, 0.999, 1.0, 1.5, 2.0, 3.7, 7.3, 10.0, 25.0, 37.0, 100.0, 700.0,
         1e5, 1e8, 1e20, 1e200, 1.7e308]
BOTH = [0.0, -0.0] + SIZES + [-x for x in SIZES]
POSITIVE = [0.0, -0.0] + SIZES
UNIT = [x for x in BOTH if abs(x) <= 1] + [1 - 2.0**-53, -1 + 2.0**-53]
MODERATE = [x for x in BOTH if abs(x) <= 1e5]
GAMMA = [x for x in POSITIVE if 0 < x] + [142.5, 170.6, 171.5, -0.5, -1.5, -2.7, -10.3, -1e-8, 1 + 1e-8, 2 - 1e-8]


def one(name, function, slope, grid):
    for x in grid:
        emit(name, [x], function, [slope])


def emit(name, at, function, slopes):
    exact = [mp.mpf(x) for x in at]
    try:
        values = [f(*exact) for f in [function, *slopes]]
    except (ValueError, ZeroDivisionError, OverflowError, mp.libmp.NoConvergence):
        return
    if any(isinstance(v, mp.mpc) or mp.isnan(v) for v in values):
        return
    text = [repr(x) for x in at] + [""] * (2 - len(at)) + [number(v) for v in values] + [""] * (2 - len(slopes))
    print(",".join([name] + text))


def number(v):
    if mp.isinf(v) or abs(v) > mp.mpf("1.797693134862315e308"):
        return "inf" if v > 0 else "-inf"
    return mp.nstr(v, 20, min_fixed=1, max_fixed=0) if v else "0"


def edge(value, function):
    return lambda x: mp.mpf(value) if x == 0 else function(x)


INF = mp.inf
print("function,a,b,value,by a,by b")
one("exp", mp.exp, mp.exp, [x for x in MODERATE if abs(x) <= 1e5])
one("expm1", mp.expm1, mp.exp, MODERATE)
one("log", mp.log, lambda x: 1 / x, SIZES)
one("log10", mp.log10, lambda x: 1 / (x * mp.log(10)), SIZES)
one("log2", lambda x: mp.log(x, 2), lambda x: 1 / (x * mp.log(2)), SIZES)
one("log1p", mp.log1p, lambda x: 1 / (1 + x), [x for x in BOTH if x > -1] + [-1 + 2.0**-53])
one("sqrt", mp.sqrt, edge(INF, lambda x: 1 / (2 * mp.sqrt(x))), POSITIVE)
one("cbrt", lambda x: mp.sign(x) * mp.cbrt(abs(x)), edge(INF, lambda x: 1 / (3 * mp.cbrt(abs(x))**2)), BOTH)
mp.mp.dps = 400
one("sin", mp.sin, mp.cos, BOTH)
one("cos", mp.cos, lambda x: -mp.sin(x), BOTH)
one("tan", mp.tan, lambda x: 1 + mp.tan(x)**2, BOTH)
mp.mp.dps = 60
one("asin", mp.asin, lambda x: INF if abs(x) == 1 else 1 / mp.sqrt(1 - x * x), UNIT)
one("acos", mp.acos, lambda x: -INF if abs(x) == 1 else -1 / mp.sqrt(1 - x * x), UNIT)
one("atan", mp.atan, lambda x: 1 / (1 + x * x), BOTH)
one("sinh", mp.sinh, mp.cosh, MODERATE)
one("cosh", mp.cosh, mp.sinh, MODERATE)
one("tanh", mp.tanh, lambda x: mp.sech(x)**2, MODERATE)
one("asinh", mp.asinh, lambda x: 1 / mp.sqrt(1 + x * x), BOTH)
one("acosh", mp.acosh, lambda x: INF if x == 1 else 1 / mp.sqrt(x * x - 1), [x for x in SIZES if x >= 1] + [1 + 2.0**-52, 1 + 1e-8])
one("atanh", mp.atanh, lambda x: 1 / ((1 - x) * (1 + x)), [x for x in UNIT if abs(x) < 1])
one("sigmoid", lambda x: 1 / (1 + mp.exp(-x)), lambda x: mp.exp(-abs(x)) / (1 + mp.exp(-abs(x)))**2, MODERATE)
mp.mp.dps = 700
one("sinc", edge(1, lambda x: mp.sinpi(x) / (mp.pi * x)), edge(0, lambda x: (mp.cospi(x) - mp.sinpi(x) / (mp.pi * x)) / x),
    [x for x in BOTH if abs(x) <= 1e8])
mp.mp.dps = 60
one("erf", mp.erf, lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x), BOTH)
one("erfc", mp.erfc, lambda x: -2 / mp.sqrt(mp.pi) * mp.exp(-x * x), BOTH)
one("normpdf", mp.npdf, lambda x: -x * mp.npdf(x), BOTH)
one("normcdf", lambda x: mp.erfc(-x / mp.sqrt(2)) / 2, mp.npdf, BOTH)
one("gamma", mp.gamma, lambda x: mp.gamma(x) * mp.digamma(x), [x for x in GAMMA if x < 172])
one("lgamma", lambda x: mp.log(abs(mp.gamma(x))) if x < 100 else mp.loggamma(x), mp.digamma, [x for x in GAMMA if x < 1e200])
one("digamma", mp.digamma, lambda x: mp.psi(1, x), [x for x in GAMMA if x < 1e100])
BESSEL = [x for x in POSITIVE if x == 0 or 1e-20 <= x <= 1e5]
J, Y, I, K = mp.besselj, mp.bessely, mp.besseli, mp.besselk
for n in (0, 1):
    one(f"j{n}", lambda x: J(n, x), lambda x: (J(n - 1, x) - J(n + 1, x)) / 2, BESSEL + [-x for x in BESSEL if x])
    one(f"i{n}", lambda x: I(n, x), lambda x: (I(n - 1, x) + I(n + 1, x)) / 2, [x for x in BESSEL + [-3.7, -0.1] if x <= 700])
    one(f"y{n}", lambda x: Y(n, x), lambda x: (Y(n - 1, x) - Y(n + 1, x)) / 2, [x for x in BESSEL if 0 < x <= 700])
    one(f"k{n}", lambda x: K(n, x), lambda x: -(K(n - 1, x) + K(n + 1, x)) / 2, [x for x in BESSEL if 0 < x <= 100])
for n in (0, 1, 2, 5):
    for x in [0.0, 1e-3, 0.5, 3.7, 10.0, 100.0, -3.7]:
        emit("jn", [float(n), x], lambda n, x: J(int(n), x),
             [lambda n, x: mp.mpf(0), lambda n, x: (J(int(n) - 1, x) - J(int(n) + 1, x)) / 2])
AIRY = [x for x in BOTH if x == 0 or 1e-20 <= abs(x) <= 100]
one("airyai", mp.airyai, lambda x: mp.airyai(x, derivative=1), AIRY)
one("airybi", mp.airybi, lambda x: mp.airybi(x, derivative=1), AIRY)
for a in (0.0, -0.0, 1e-300, 1e-20, 0.3, 1.0, 2.5, 1e5, 1e150):
    for b in (0.0, 0.1, 0.5, 0.6, 1.0, 1.5, 2.0, 3.3, 7.0, 100.0, -0.5, -2.0):
        emit("pow", [a, b], mp.power, [
            lambda a, b: mp.mpf(0) if b == 0 else (mp.mpf(0) if b > 1 else b if b == 1 else INF) if a == 0 else b * mp.power(a, b - 1),
            lambda a, b: (mp.mpf(0) if b > 0 else -INF) if a == 0 else mp.power(a, b) * mp.log(a)])
for a in (-7.5, -1.0, 0.0, 2.5, 1e3):
    for b in (-2.0, 0.7, 3.0):
        emit("mod", [a, b], lambda a, b: a - b * mp.floor(a / b), [lambda a, b: mp.mpf(1), lambda a, b: -mp.floor(a / b)])
        emit("hypot", [a, b], mp.hypot, [lambda a, b: a / mp.hypot(a, b), lambda a, b: b / mp.hypot(a, b)])
        emit("atan2", [a, b], mp.atan2, [lambda a, b: b / (a * a + b * b), lambda a, b: -a / (a * a + b * b)])
        if a > 0 and b > 0:
            emit("beta", [a, b], mp.beta, [lambda a, b: mp.beta(a, b) * (mp.digamma(a) - mp.digamma(a + b)),
                                           lambda a, b: mp.beta(a, b) * (mp.digamma(b) - mp.digamma(a + b))])
for a in (1e200, -1e-200):
    for b in (1e200, 3e-200):
        emit("hypot", [a, b], mp.hypot, [lambda a, b: a / mp.hypot(a, b), lambda a, b: b / mp.hypot(a, b)])
        emit("atan2", [a, b], mp.atan2, [lambda a, b: b / (a * a + b * b), lambda a, b: -a / (a * a + b * b)])
