using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Math4AI.Kernels;

/// <summary>
/// Squared distances from many samples to one, Σ_d (x_d − z_d)²: sums of squared differences, so that near samples keep
/// their digits.
/// </summary>
internal static unsafe class Distances
{
    private const int Width = 8;

    /// <summary>Fills r² for the samples from <paramref name="first"/> on.</summary>
    /// <param name="samples">X.</param>
    /// <param name="first">The first sample of X.</param>
    /// <param name="others">Z.</param>
    /// <param name="other">The sample of Z.</param>
    /// <param name="squares">r², one number for each sample of X from the first on.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Squares(KernelSamples samples, int first, KernelSamples others, int other, Span<double> squares)
    {
        int inputs = samples.Inputs, stride = samples.Count;
        fixed (double* x = samples.Values, z = others.Values, result = squares)
        {
            // The sums of two vectors of samples stay in registers while the inputs pass by.
            int i = 0;
            for (; i <= squares.Length - 2 * Width; i += 2 * Width)
            {
                Vector512<double> low = default, high = default;
                double* at = x + first + i;
                for (int input = 0; input < inputs; input++, at += stride)
                {
                    var center = Vector512.Create(z[input * others.Count + other]);
                    Vector512<double> left = Vector512.Load(at) - center, right = Vector512.Load(at + Width) - center;
                    low = Vector512.FusedMultiplyAdd(left, left, low);
                    high = Vector512.FusedMultiplyAdd(right, right, high);
                }

                low.Store(result + i);
                high.Store(result + i + Width);
            }

            for (; i < squares.Length; i++)
            {
                double sum = 0.0;
                for (int input = 0; input < inputs; input++)
                {
                    double difference = x[input * stride + first + i] - z[input * others.Count + other];
                    sum = Math.FusedMultiplyAdd(difference, difference, sum);
                }

                result[i] = sum;
            }
        }
    }

    /// <summary>Computes Σ_i w_i (x_i − c)² of one input.</summary>
    /// <param name="values">x, one number a sample.</param>
    /// <param name="center">c.</param>
    /// <param name="weights">w, one number a sample.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double WeightedSquares(ReadOnlySpan<double> values, double center, ReadOnlySpan<double> weights)
    {
        fixed (double* x = values, w = weights)
        {
            var centers = Vector512.Create(center);
            Vector512<double> low = default, high = default;
            int i = 0;
            for (; i <= values.Length - 2 * Width; i += 2 * Width)
            {
                Vector512<double> left = Vector512.Load(x + i) - centers,
                    right = Vector512.Load(x + i + Width) - centers;
                low = Vector512.FusedMultiplyAdd(left * Vector512.Load(w + i), left, low);
                high = Vector512.FusedMultiplyAdd(right * Vector512.Load(w + i + Width), right, high);
            }

            double sum = Vector512.Sum(low + high);
            for (; i < values.Length; i++)
            {
                sum = Math.FusedMultiplyAdd((x[i] - center) * w[i], x[i] - center, sum);
            }

            return sum;
        }
    }
}
