using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Math4AI.Separation.Ica;

/// <summary>The contrast −e^(−u²/2), with g = u e^(−u²/2) and g′ = (1 − u²) e^(−u²/2).</summary>
internal sealed class ExpContrast : Contrast
{
    public override string Name => "exp";

    public override double GaussianMean => -Math.Sqrt(0.5);

    public override double Value(double u)
    {
        double square = u * u;
        return -Math.Exp(-0.5 * square);
    }

    public override double Score(double u) => u * Math.Exp(-0.5 * u * u);

    public override double Slope(double u) => (1.0 - u * u) * Math.Exp(-0.5 * u * u);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override unsafe double Score(Span<double> u)
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
}
