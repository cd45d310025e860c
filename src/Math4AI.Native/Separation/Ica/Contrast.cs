using System.Globalization;
using Math4AI.Data;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Separation.Ica;

/// <summary>
/// A contrast function G(u) of FastICA, with its derivatives g = G′ and g′. Sources are the directions in which E G(u)
/// differs most from its value for a Gaussian signal of unit variance.
/// </summary>
/// <remarks>
/// For a contrast of your own, derive from this class and override <see cref="Name"/>, <see cref="Value"/>,
/// <see cref="Score(double)"/> and <see cref="Slope"/>; <see cref="Separator.FastIca"/> compares the derivatives with
/// finite differences. G must be twice differentiable but for single points, and even functions suit most data.
/// Override <see cref="Score(Span{double})"/> and <see cref="Sum"/> to make it faster.
/// </remarks>
public abstract class Contrast
{
    // Neither symmetric nor round, so that a corner is unlikely to be at one of them.
    private static readonly double[] Probes =
        [-3.171, -1.723, -0.911, -0.437, -0.1373, 0.1511, 0.457, 0.893, 1.781, 3.067];
    private static readonly double Step = Math.Cbrt(double.BitIncrement(1.0) - 1.0);

    /// <summary>Gets log cosh u, a good choice for most sources.</summary>
    public static Contrast LogCosh { get; } = new LogCoshContrast();

    /// <summary>Gets −e^(−u²/2), for heavy-tailed sources and data with outliers.</summary>
    public static Contrast Exp { get; } = new ExpContrast();

    /// <summary>Gets u⁴/4, the kurtosis, for light-tailed sources and data without outliers.</summary>
    public static Contrast Cube { get; } = new CubeContrast();

    /// <summary>Gets the built-in contrasts; the first is the default.</summary>
    public static IReadOnlyList<Contrast> All { get; } = [LogCosh, Exp, Cube];

    /// <summary>Gets the name, such as "logcosh".</summary>
    public abstract string Name { get; }

    /// <summary>Gets E G(ν) of a standard normal ν; computed numerically unless overridden.</summary>
    public virtual double GaussianMean
    {
        get
        {
            // The trapezoidal rule converges faster than any power of its step for functions that vanish at the ends.
            const double Width = 1.0 / 64.0;
            const int Ends = 12 * 64;
            return Enumerable.Range(-Ends, 2 * Ends + 1)
                .Sum(i => Value(i * Width) * Math.Exp(-0.5 * i * Width * i * Width)) * Width / Math.Sqrt(2.0 * Math.PI);
        }
    }

    /// <summary>Computes G(u).</summary>
    public abstract double Value(double u);

    /// <summary>Computes the score g(u) = G′(u).</summary>
    public abstract double Score(double u);

    /// <summary>Computes g′(u).</summary>
    public abstract double Slope(double u);

    /// <summary>Computes the scores g(u) in place.</summary>
    /// <param name="u">The samples; any number of them.</param>
    /// <returns>Σ g′(u).</returns>
    public virtual double Score(Span<double> u)
    {
        double slopes = 0.0;
        foreach (ref double value in u)
        {
            slopes += Slope(value);
            value = Score(value);
        }

        return slopes;
    }

    /// <summary>Computes Σ G(u).</summary>
    /// <param name="u">The samples; any number of them.</param>
    public virtual double Sum(ReadOnlySpan<double> u)
    {
        double sum = 0.0;
        foreach (double value in u)
        {
            sum += Value(value);
        }

        return sum;
    }

    /// <summary>Returns the name.</summary>
    public override string ToString() => Name;

    /// <summary>Gets whether the score exists in float32, which is twice as fast.</summary>
    internal virtual bool HasSinglePrecision => false;

    /// <summary>Replaces every u by its score in float32.</summary>
    /// <returns>Σ g′(u).</returns>
    internal virtual double Score(Span<float> u) =>
        throw new NotSupportedException($"The contrast {Name} has no score in float32.");

    /// <summary>Creates the pass for few channels that uses one loop; null if there is none.</summary>
    internal virtual FixedPointPass? FusedPass(ISampleSource samples, Whitening whitening) => null;

    /// <summary>
    /// Leaves a fixed point that is a saddle of the contrast; returns null if it is not one, or if that is not known.
    /// </summary>
    internal virtual Matrix<double>? LeaveSaddle(
        ISampleSource mixture, Whitening whitening, Matrix<double> rotation, CancellationToken cancellation) => null;

    /// <summary>
    /// Compares the derivatives with central differences, and the functions of spans with those of numbers.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// They do not agree; the message says which, where, and both values.
    /// </exception>
    internal void Check()
    {
        foreach (double u in Probes)
        {
            Compare("score", u, Score(u), (Value(u + Step) - Value(u - Step)) / (2.0 * Step), Value(u));
            Compare("slope", u, Slope(u), (Score(u + Step) - Score(u - Step)) / (2.0 * Step), Score(u));
        }

        double[] scores = [.. Probes];
        Compare("sum of slopes", double.NaN, Score(scores), Probes.Sum(Slope), 1.0);
        for (int i = 0; i < scores.Length; i++)
        {
            Compare("score of a span", Probes[i], scores[i], Score(Probes[i]), 1.0);
        }

        Compare("sum", double.NaN, Sum(Probes), Probes.Sum(Value), 1.0);
    }

    private void Compare(string what, double u, double given, double expected, double size)
    {
        const double Tolerance = 1e-6;
        if (!(Math.Abs(given - expected) <= Tolerance * (1.0 + Math.Abs(expected) + Math.Abs(size))))
        {
            string place = double.IsNaN(u) ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" at u = {u}");
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"The {what} of the contrast {Name}{place} is {given:G6}, and its other functions give {expected:G6}: "
                + $"correct one of them."));
        }
    }
}
