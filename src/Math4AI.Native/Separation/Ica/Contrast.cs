using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Math4AI.Separation.Ica;

/// <summary>The contrast functions of FastICA, G(u).</summary>
public enum Contrast
{
    /// <summary>log cosh u: a good choice for most sources.</summary>
    LogCosh,

    /// <summary>−e^(−u²/2): for sources with heavy tails, and where there are outliers.</summary>
    Exponential,

    /// <summary>u⁴/4, the kurtosis: for sources with light tails, and no outliers.</summary>
    Cube,
}

/// <summary>The scores g = G′ of the contrasts.</summary>
internal static unsafe class ContrastExtensions
{
    /// <summary>u = g(u), in place.</summary>
    /// <param name="contrast">Which.</param>
    /// <param name="u">Any number of samples.</param>
    /// <returns>Σ g′(u).</returns>
    public static double Score(this Contrast contrast, Span<double> u) => contrast switch
    {
        Contrast.Exponential => Exponential(u),
        Contrast.Cube => Cube(u),
        _ => u.Length - LogCosh.Score(u),
    };

    /// <summary>Σ G(u).</summary>
    public static double Sum(this Contrast contrast, ReadOnlySpan<double> u)
    {
        if (contrast == Contrast.LogCosh)
        {
            return LogCosh.Sum(u);
        }

        double sum = 0.0;
        foreach (double value in u)
        {
            double square = value * value;
            sum += contrast == Contrast.Exponential ? -Math.Exp(-0.5 * square) : 0.25 * square * square;
        }

        return sum;
    }

    /// <summary>E G(ν) of a standard normal ν.</summary>
    public static double OfNormal(this Contrast contrast) => contrast switch
    {
        Contrast.Exponential => -Math.Sqrt(0.5),
        Contrast.Cube => 0.75,
        _ => SaddlePoints.GaussianContrast,
    };

    /// <summary>The same of log cosh in float32.</summary>
    public static double Score(this Contrast contrast, Span<float> u) => contrast == Contrast.LogCosh
        ? u.Length - LogCosh.Score(u)
        : throw new NotSupportedException($"The contrast {contrast} is not written in float32.");

    /// <summary>g = u e^(−u²/2) and g′ = (1 − u²) e^(−u²/2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Exponential(Span<double> u)
    {
        double sum = 0.0;
        fixed (double* samples = u)
        {
            int width = Vector512<double>.Count, i = 0;
            Vector512<double> slopes = default;
            for (; i <= u.Length - width; i += width)
            {
                Vector512<double> value = Vector512.Load(samples + i), square = value * value;
                Vector512<double> bell = Vector512.Exp(square * Vector512.Create(-0.5));
                slopes += (Vector512<double>.One - square) * bell;
                (value * bell).Store(samples + i);
            }

            for (; i < u.Length; i++)
            {
                double square = samples[i] * samples[i], bell = Math.Exp(-0.5 * square);
                sum += (1.0 - square) * bell;
                samples[i] *= bell;
            }

            return sum + Vector512.Sum(slopes);
        }
    }

    /// <summary>g = u³ and g′ = 3u².</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Cube(Span<double> u)
    {
        double squares = 0.0;
        foreach (ref double value in u)
        {
            double square = value * value;
            squares += square;
            value *= square;
        }

        return 3.0 * squares;
    }
}
