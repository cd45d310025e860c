using System.Numerics;
using Math4AI.Optimization.LeastSquares;
using static System.Numerics.Complex;

namespace Math4AI.Tests.Optimization;

/// <summary>
/// The test problems of J. Moré, B. Garbow and K. Hillstrom, "Testing unconstrained optimization software", ACM TOMS 7
/// (1981): residuals, standard start, and the known minima of Σ r². Derivatives are taken by a complex step, exact to
/// rounding.
/// </summary>
internal sealed record MoreGarbowHillstrom(
    string Name, double[] Start, Func<Complex[], Complex[]> Residuals, params double[] Minima)
{
    private const double ComplexStep = 1e-40;

    private static readonly double[] Bard =
        [.14, .18, .22, .25, .29, .32, .35, .39, .37, .58, .73, .96, 1.34, 2.10, 4.39];

    private static readonly double[] Gauss =
        [.0009, .0044, .0175, .0540, .1295, .2420, .3521, .3989, .3521, .2420, .1295, .0540, .0175, .0044, .0009];

    private static readonly double[] Meyer =
        [34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872];

    private static readonly double[] Kowalik =
        [.1957, .1947, .1735, .1600, .0844, .0627, .0456, .0342, .0323, .0235, .0246];

    private static readonly double[] KowalikAt = [4, 2, 1, .5, .25, .167, .125, .1, .0833, .0714, .0625];

    private static readonly double[] Osborne1 =
    [
        .844, .908, .932, .936, .925, .908, .881, .850, .818, .784, .751, .718, .685, .658, .628, .603, .580,
        .558, .538, .522,
        .506, .490, .478, .467, .457, .448, .438, .431, .424, .420, .414, .411, .406,
    ];

    private static readonly double[] Osborne2 =
    [
        1.366, 1.191, 1.112, 1.013, .991, .885, .831, .847, .786, .725, .746, .679, .608, .655, .616, .606,
        .602, .626, .651,
        .724, .649, .649, .694, .644, .624, .661, .612, .558, .533, .495, .500, .423, .395, .375, .372, .391,
        .396, .405, .428,
        .429, .523, .562, .607, .653, .672, .708, .633, .668, .645, .632, .591, .559, .597, .625, .739, .710,
        .729, .720, .636,
        .581, .428, .292, .162, .098, .054,
    ];

    public static readonly MoreGarbowHillstrom[] All =
    [
        new("Rosenbrock", [-1.2, 1], x => [10 * (x[1] - x[0] * x[0]), 1 - x[0]], 0),
        new("Freudenstein and Roth", [.5, -2], x =>
            [-13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1], -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1]], 0,
            48.98425368),
        new("Powell badly scaled", [0, 1], x => [1e4 * x[0] * x[1] - 1, Exp(-x[0]) + Exp(-x[1]) - 1.0001], 0),
        new("Brown badly scaled", [1, 1], x => [x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2], 0),
        new("Beale", [1, 1], x =>
            [1.5 - x[0] * (1 - x[1]), 2.25 - x[0] * (1 - x[1] * x[1]), 2.625 - x[0] * (1 - x[1] * x[1] * x[1])], 0,
            .4520),
        new("Jennrich and Sampson", [.3, .4], x => Sum(10, i => 2 + 2 * i - Exp(i * x[0]) - Exp(i * x[1])), 124.3621824,
            2022, 259.5801),
        new("Helical valley", [-1, 0, 0], x =>
            [10 * (x[2] - 10 * Turn(x[0], x[1])), 10 * (Sqrt(x[0] * x[0] + x[1] * x[1]) - 1), x[2]], 0),
        new("Bard", [1, 1, 1], x => Sum(15, i =>
            Bard[i - 1] - x[0] - i / ((16 - i) * x[1] + Math.Min(i, 16 - i) * x[2])), 8.214877e-3, 17.42869333),
        new("Gaussian", [.4, 1, 0], x => Sum(15, i =>
            x[0] * Exp(-x[1] * Square((8 - i) / 2.0 - x[2]) / 2) - Gauss[i - 1]), 1.127932770e-8),
        new("Meyer", [.02, 4000, 250], x => Sum(16, i => x[0] * Exp(x[1] / (45 + 5 * i + x[2])) - Meyer[i - 1]),
            87.94585517),
        new("Gulf", [5, 2.5, .15], x => Sum(99, i =>
            Exp(-Pow(Size(25 + Math.Pow(-50 * Math.Log(i / 100.0), 2.0 / 3.0) - x[1]), x[2]) / x[0]) - i / 100.0), 0,
            .0380),
        new("Box", [0, 10, 20], x => Sum(10, i =>
            Exp(-.1 * i * x[0]) - Exp(-.1 * i * x[1]) - x[2] * (Math.Exp(-.1 * i) - Math.Exp(-i))), 0, 7.5586e-2),
        new("Powell singular", [3, -1, 0, 1], x =>
            [x[0] + 10 * x[1], Math.Sqrt(5) * (x[2] - x[3]), Square(x[1] - 2 * x[2]),
                Math.Sqrt(10) * Square(x[0] - x[3])], 0),
        new("Wood", [-3, -1, -3, -1], x =>
            [10 * (x[1] - x[0] * x[0]), 1 - x[0], Math.Sqrt(90) * (x[3] - x[2] * x[2]), 1 - x[2],
             Math.Sqrt(10) * (x[1] + x[3] - 2), (x[1] - x[3]) / Math.Sqrt(10)], 0),
        new("Kowalik and Osborne", [.25, .39, .415, .39], x => Sum(11, i =>
        {
            double u = KowalikAt[i - 1];
            return Kowalik[i - 1] - x[0] * (u * u + u * x[1]) / (u * u + u * x[2] + x[3]);
        }), 3.075056e-4, 1.027345e-3, 1.7949e-3),
        new("Brown and Dennis", [25, 5, -5, -1], x => Sum(20, i =>
            Square(x[0] + i / 5.0 * x[1] - Math.Exp(i / 5.0))
                + Square(x[2] + x[3] * Math.Sin(i / 5.0) - Math.Cos(i / 5.0))), 85822.20163),
        new("Osborne 1", [.5, 1.5, -1, .01, .02], x => Sum(33, i =>
            Osborne1[i - 1] - x[0] - x[1] * Exp(-10 * (i - 1) * x[3]) - x[2] * Exp(-10 * (i - 1) * x[4])),
            5.464894697e-5, .8790, 1.1061),
        new("Biggs", [1, 2, 1, 1, 1, 1], x => Sum(13, i =>
            x[2] * Exp(-.1 * i * x[0]) - x[3] * Exp(-.1 * i * x[1]) + x[5] * Exp(-.1 * i * x[4])
            - (Math.Exp(-.1 * i) - 5 * Math.Exp(-i) + 3 * Math.Exp(-.4 * i))), 0, 5.655649925e-3, .3063),
        new("Osborne 2", [1.3, .65, .65, .7, .6, 3, 5, 7, 2, 4.5, 5.5], x => Sum(65, i =>
        {
            double t = (i - 1) / 10.0;
            return Osborne2[i - 1] - x[0] * Exp(-t * x[4]) - x[1] * Exp(-Square(t - x[8]) * x[5])
                - x[2] * Exp(-Square(t - x[9]) * x[6]) - x[3] * Exp(-Square(t - x[10]) * x[7]);
        }), 4.013774e-2, 1.789813589),
        new("Watson", new double[6], Watson, 2.287670e-3),
        new("Extended Rosenbrock", Repeat(10, -1.2, 1), x => Pieces(10, 2, i =>
            [10 * (x[i + 1] - x[i] * x[i]), 1 - x[i]]), 0),
        new("Extended Powell", Repeat(12, 3, -1, 0, 1), x => Pieces(12, 4, i =>
            [x[i] + 10 * x[i + 1], Math.Sqrt(5) * (x[i + 2] - x[i + 3]), Square(x[i + 1] - 2 * x[i + 2]),
             Math.Sqrt(10) * Square(x[i] - x[i + 3])]), 0),
        new("Penalty I", [1, 2, 3, 4], x =>
            [.. x.Select(value => Math.Sqrt(1e-5) * (value - 1)), Total(x, v => v * v) - .25], 2.24997e-5),
        new("Penalty II", Repeat(4, .5), PenaltyII, 9.37629e-6),
        new("Variably dimensioned", [.. Enumerable.Range(1, 10).Select(i => 1 - i / 10.0)], x =>
        {
            Complex weighted = Zero;
            for (int i = 0; i < x.Length; i++)
            {
                weighted += (i + 1) * (x[i] - 1);
            }

            return [.. x.Select(value => value - 1), weighted, weighted * weighted];
        }, 0),
        new("Trigonometric", Repeat(10, .1), x =>
        {
            Complex cosines = Total(x, Cos);
            return Sum(10, i => 10 - cosines + i * (1 - Cos(x[i - 1])) - Sin(x[i - 1]));
        }, 0, 2.79506e-5),
        new("Brown almost linear", Repeat(10, .5), x =>
        {
            Complex sum = Total(x, v => v);
            return [.. x.Take(9).Select(value => value + sum - 11), x.Aggregate(One, (product, v) => product * v) - 1];
        }, 0, 1),
        new("Discrete boundary value", BoundaryStart(10), x => Sum(10, i =>
            2 * x[i - 1] - At(x, i - 1) - At(x, i + 1) + Cube(x[i - 1] + i / 11.0 + 1) / (2 * 121.0)), 0),
        new("Discrete integral equation", BoundaryStart(10), IntegralEquation, 0),
        new("Broyden tridiagonal", Repeat(10, -1), x => Sum(10, i =>
            (3 - 2 * x[i - 1]) * x[i - 1] - At(x, i - 1) - 2 * At(x, i + 1) + 1), 0),
        new("Broyden banded", Repeat(10, -1), x => Sum(10, i =>
        {
            Complex sum = x[i - 1] * (2 + 5 * x[i - 1] * x[i - 1]) + 1;
            for (int j = Math.Max(1, i - 5); j <= Math.Min(10, i + 1); j++)
            {
                sum -= j == i ? Zero : x[j - 1] * (1 + x[j - 1]);
            }

            return sum;
        }), 0),
        new("Linear, full rank", Repeat(10, 1), x =>
            Sum(20, i => (i <= 10 ? x[i - 1] : Zero) - .1 * Total(x, v => v) - 1), 10),
        new("Linear, rank 1", Repeat(10, 1), x =>
        {
            Complex weighted = Zero;
            for (int j = 0; j < x.Length; j++)
            {
                weighted += (j + 1) * x[j];
            }

            return Sum(20, i => i * weighted - 1);
        }, 20.0 * 19.0 / (2.0 * 41.0)),
        new("Linear, rank 1 with zero columns and rows", Repeat(10, 1), x =>
        {
            Complex weighted = Zero;
            for (int j = 1; j < x.Length - 1; j++)
            {
                weighted += (j + 1) * x[j];
            }

            return Sum(20, i => i is 1 or 20 ? -One : (i - 1) * weighted - 1);
        }, (400.0 + 60.0 - 6.0) / (2.0 * 37.0)),
        new("Chebyquad", [.. Enumerable.Range(1, 8).Select(i => i / 9.0)], Chebyquad, 3.516873726e-3, 5.386e-3),
    ];

    public override string ToString() => Name;

    /// <summary>The problem as a sum of squares.</summary>
    public SquaresCost Cost()
    {
        int rows = Residuals([.. Start.Select(value => new Complex(value, 0))]).Length;
        return SquaresCost.Of(Start.Length, rows, (parameters, residuals, jacobian) =>
        {
            Complex[] x = [.. parameters.ToArray().Select(value => new Complex(value, 0))];
            Complex[] values = Residuals(x);
            for (int i = 0; i < rows; i++)
            {
                residuals[i] = values[i].Real;
            }

            for (int j = 0; j < x.Length && !jacobian.IsEmpty; j++)
            {
                x[j] += new Complex(0, ComplexStep);
                values = Residuals(x);
                x[j] = parameters[j];
                for (int i = 0; i < rows; i++)
                {
                    jacobian[j * rows + i] = values[i].Imaginary / ComplexStep;
                }
            }
        });
    }

    /// <summary>Whether a value is one of the known minima.</summary>
    public bool IsMinimum(double value) =>
        Minima.Any(known => known == 0 ? value < 1e-10 : Math.Abs(value - known) <= 1e-4 * known);

    private static Complex[] Sum(int count, Func<int, Complex> residual) =>
        [.. Enumerable.Range(1, count).Select(residual)];

    private static Complex[] Pieces(int count, int width, Func<int, Complex[]> residuals) =>
        [.. Enumerable.Range(0, count / width).SelectMany(i => residuals(i * width))];

    private static double[] Repeat(int count, params double[] values) =>
        [.. Enumerable.Range(0, count).Select(i => values[i % values.Length])];

    private static double[] BoundaryStart(int count) =>
        [.. Enumerable.Range(1, count).Select(i => i / (count + 1.0) * (i / (count + 1.0) - 1))];

    private static Complex Total(Complex[] x, Func<Complex, Complex> of) =>
        x.Aggregate(Zero, (sum, value) => sum + of(value));

    private static Complex At(Complex[] x, int i) => i >= 1 && i <= x.Length ? x[i - 1] : Zero;

    private static Complex Square(Complex value) => value * value;

    private static Complex Cube(Complex value) => value * value * value;

    private static Complex Size(Complex value) => value.Real < 0 ? -value : value;

    private static Complex Turn(Complex x, Complex y)
    {
        // The library's arc tangent rounds an imaginary part as small as the step's away.
        Complex ratio = y / x;
        double angle = Math.Atan(ratio.Real), slope = ratio.Imaginary / (1 + ratio.Real * ratio.Real);
        return new Complex(angle, slope) / (2 * Math.PI) + (x.Real < 0 ? .5 : 0);
    }

    private static Complex[] Watson(Complex[] x)
    {
        var residuals = new Complex[31];
        for (int i = 1; i <= 29; i++)
        {
            Complex slope = Zero, value = Zero;
            for (int j = 1; j <= x.Length; j++)
            {
                slope += j > 1 ? (j - 1) * x[j - 1] * Math.Pow(i / 29.0, j - 2) : Zero;
                value += x[j - 1] * Math.Pow(i / 29.0, j - 1);
            }

            residuals[i - 1] = slope - value * value - 1;
        }

        residuals[29] = x[0];
        residuals[30] = x[1] - x[0] * x[0] - 1;
        return residuals;
    }

    private static Complex[] PenaltyII(Complex[] x)
    {
        int n = x.Length;
        double root = Math.Sqrt(1e-5);
        var residuals = new Complex[2 * n];
        residuals[0] = x[0] - .2;
        for (int i = 2; i <= n; i++)
        {
            residuals[i - 1] = root
                * (Exp(x[i - 1] / 10) + Exp(x[i - 2] / 10) - Math.Exp(i / 10.0) - Math.Exp((i - 1) / 10.0));
            residuals[n + i - 2] = root * (Exp(x[i - 1] / 10) - Math.Exp(-.1));
        }

        Complex sum = Zero;
        for (int j = 1; j <= n; j++)
        {
            sum += (n - j + 1) * x[j - 1] * x[j - 1];
        }

        residuals[(2 * n) - 1] = sum - 1;
        return residuals;
    }

    private static Complex[] IntegralEquation(Complex[] x)
    {
        int n = x.Length;
        double h = 1.0 / (n + 1);
        return Sum(n, i =>
        {
            Complex before = Zero, after = Zero;
            for (int j = 1; j <= n; j++)
            {
                Complex cube = Cube(x[j - 1] + j * h + 1);
                before += j <= i ? j * h * cube : Zero;
                after += j > i ? (1 - j * h) * cube : Zero;
            }

            return x[i - 1] + h * ((1 - i * h) * before + i * h * after) / 2;
        });
    }

    private static Complex[] Chebyquad(Complex[] x)
    {
        var residuals = new Complex[x.Length];
        foreach (Complex value in x)
        {
            Complex last = One, here = 2 * value - 1;
            for (int i = 1; i <= x.Length; i++)
            {
                residuals[i - 1] += here / x.Length;
                (last, here) = (here, 2 * (2 * value - 1) * here - last);
            }
        }

        for (int i = 2; i <= x.Length; i += 2)
        {
            residuals[i - 1] += 1.0 / (i * i - 1);
        }

        return residuals;
    }
}
