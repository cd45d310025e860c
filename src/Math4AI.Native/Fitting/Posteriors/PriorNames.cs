using System.Globalization;
using MathNet.Numerics;

namespace Math4AI.Fitting.Posteriors;

/// <summary>
/// The priors that are known by name, such as <c>normal(0, 1)</c>: the density's name as Stan has it, and its numbers.
/// </summary>
internal static class PriorNames
{
    private delegate (double Value, double Slope, double Curvature) Log(double x);

    private static readonly Dictionary<string, (int Count, string Form, Func<double[], Prior> Make)> Known = new()
    {
        ["normal"] = (2, "normal(mean, deviation)", n => Prior.Normal(n[0], Positive(n[1]))),
        ["laplace"] = (2, "laplace(center, scale)", n => Prior.Laplace(n[0], Positive(n[1]))),
        ["student_t"] = (3, "student_t(degrees, center, scale)", n => StudentT(n, double.NegativeInfinity)),
        ["cauchy"] = (2, "cauchy(center, scale)", n => StudentT([1.0, .. n], double.NegativeInfinity)),
        ["half_normal"] = (1, "half_normal(deviation)", n => Within(
            Quadratic(0.0, Positive(n[0]), Math.Log(2.0)), 0.0)),
        ["half_cauchy"] = (1, "half_cauchy(scale)", n => StudentT([1.0, 0.0, n[0]], 0.0)),
        ["half_student_t"] = (2, "half_student_t(degrees, scale)", n => StudentT([n[0], 0.0, n[1]], 0.0)),
        ["lognormal"] = (2, "lognormal(mean of log, deviation of log)", LogNormal),
        ["exponential"] = (1, "exponential(rate)", n => Within(
            x => (Math.Log(Positive(n[0])) - n[0] * x, -n[0], 0.0), 0.0)),
        ["gamma"] = (2, "gamma(shape, rate)", Gamma),
        ["inv_gamma"] = (2, "inv_gamma(shape, scale)", InverseGamma),
        ["beta"] = (2, "beta(a, b)", Beta),
        ["uniform"] = (2, "uniform(from, to)", Uniform),
    };

    /// <summary>The forms of all of them.</summary>
    public static IEnumerable<string> Forms => Known.Values.Select(each => each.Form);

    /// <summary>Reads a prior.</summary>
    /// <exception cref="FormatException">There is no such prior, or its numbers are wrong.</exception>
    public static Prior Parse(string text)
    {
        string trimmed = text.Trim();
        int open = trimmed.IndexOf('(', StringComparison.Ordinal);
        string name = (open < 0 ? trimmed : trimmed[..open]).Trim().ToLowerInvariant().Replace('-', '_');
        if (!Known.TryGetValue(name, out (int Count, string Form, Func<double[], Prior> Make) known))
        {
            throw new FormatException($"There is no prior '{text}'; there are: {string.Join(", ", Forms)}.");
        }

        string[] parts = open < 0 || !trimmed.EndsWith(')') ? [] : trimmed[(open + 1)..^1].Split(',');
        double[] numbers = [.. parts.Select(part =>
            double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                ? number
                : double.NaN)];
        if (numbers.Length != known.Count || !numbers.All(double.IsFinite))
        {
            throw new FormatException($"The prior '{text}' is written {known.Form}, with numbers.");
        }

        try
        {
            return known.Make(numbers).With(random => PriorDraws.Of(name, numbers, random));
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new FormatException(
                $"The prior '{text}' needs scales, shapes and rates of more than 0: {known.Form}.");
        }
    }

    private static double Positive(double value) =>
        value > 0.0 ? value : throw new ArgumentOutOfRangeException(nameof(value));

    private static Prior Within(Log log, double lower, double upper = double.PositiveInfinity) =>
        Prior.Of(x => log(x), lower, upper);

    private static Log Quadratic(double mean, double deviation, double constant) => x =>
    {
        double z = (x - mean) / deviation;
        return (constant - 0.5 * z * z - Math.Log(deviation) - 0.5 * Math.Log(2.0 * Math.PI), -z / deviation,
            -1.0 / (deviation * deviation));
    };

    private static Prior StudentT(double[] n, double lower)
    {
        double degrees = Positive(n[0]), center = n[1], scale = Positive(n[2]);
        double constant = SpecialFunctions.GammaLn(0.5 * (degrees + 1.0)) - SpecialFunctions.GammaLn(0.5 * degrees)
            - 0.5 * Math.Log(degrees * Math.PI) - Math.Log(scale) + (lower == 0.0 ? Math.Log(2.0) : 0.0);
        return Within(
            x =>
            {
                double z = (x - center) / scale, q = 1.0 + z * z / degrees, share = (degrees + 1.0) / degrees;
                return (constant - 0.5 * (degrees + 1.0) * Math.Log(q), -share * z / q / scale,
                    -share * (1.0 - z * z / degrees) / (q * q) / (scale * scale));
            },
            lower);
    }

    private static Prior LogNormal(double[] n)
    {
        double mean = n[0], deviation = Positive(n[1]);
        return Within(
            x =>
            {
                double z = (Math.Log(x) - mean) / deviation;
                return (-0.5 * z * z - Math.Log(x * deviation) - 0.5 * Math.Log(2.0 * Math.PI),
                    -(1.0 + z / deviation) / x, (1.0 + (z - 1.0 / deviation) / deviation) / (x * x));
            },
            0.0);
    }

    private static Prior Gamma(double[] n)
    {
        double shape = Positive(n[0]), rate = Positive(n[1]);
        double constant = shape * Math.Log(rate) - SpecialFunctions.GammaLn(shape);
        return Within(
            x => (constant + (shape - 1.0) * Math.Log(x) - rate * x, (shape - 1.0) / x - rate,
                -(shape - 1.0) / (x * x)),
            0.0);
    }

    private static Prior InverseGamma(double[] n)
    {
        double shape = Positive(n[0]), scale = Positive(n[1]);
        double constant = shape * Math.Log(scale) - SpecialFunctions.GammaLn(shape);
        return Within(
            x => (constant - (shape + 1.0) * Math.Log(x) - scale / x, -(shape + 1.0) / x + scale / (x * x),
                (shape + 1.0) / (x * x) - 2.0 * scale / (x * x * x)),
            0.0);
    }

    private static Prior Beta(double[] n)
    {
        double a = Positive(n[0]), b = Positive(n[1]), constant = -SpecialFunctions.BetaLn(a, b);
        return Within(
            x => (constant + (a - 1.0) * Math.Log(x) + (b - 1.0) * double.LogP1(-x), (a - 1.0) / x
                - (b - 1.0) / (1.0 - x),
                -(a - 1.0) / (x * x) - (b - 1.0) / ((1.0 - x) * (1.0 - x))),
            0.0,
            1.0);
    }

    private static Prior Uniform(double[] n) => n[0] < n[1]
        ? Within(_ => (-Math.Log(n[1] - n[0]), 0.0, 0.0), n[0], n[1])
        : throw new ArgumentOutOfRangeException(nameof(n));
}
