using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Math4AI.Probability;

/// <summary>
/// Interpolates a function linearly in a table of equally spaced values; it is constant beyond its ends, and has its
/// first value at NaN.
/// </summary>
internal static unsafe class LinearTable
{
    /// <summary>Evaluates the function at the samples.</summary>
    /// <param name="samples">Any number of samples.</param>
    /// <param name="origin">Where the table's first value stands.</param>
    /// <param name="spacing">The distance of two values.</param>
    /// <param name="table">The values, two or more.</param>
    /// <param name="values">One for each sample.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read(
        ReadOnlySpan<double> samples, double origin, double spacing, ReadOnlySpan<double> table, Span<double> values)
    {
        double inverse = 1.0 / spacing, last = table.Length - 1.001;
        fixed (double* x = samples, y = values, t = table)
        {
            int i = 0;
            if (Avx2.IsSupported)
            {
                int width = Vector256<double>.Count;
                Vector256<double> shift = Vector256.Create(origin), scale = Vector256.Create(inverse),
                    most = Vector256.Create(last);
                for (; i <= samples.Length - width; i += width)
                {
                    // These instructions return the second operand where the first is NaN, so no index is outside the
                    // table.
                    Vector256<double> at =
                        Avx.Min(Avx.Max((Vector256.Load(x + i) - shift) * scale, Vector256<double>.Zero), most);
                    Vector128<int> below = Avx.ConvertToVector128Int32WithTruncation(at);
                    Vector256<double> value = Avx2.GatherVector256(t, below, sizeof(double));
                    Vector256<double> next = Avx2.GatherVector256(t + 1, below, sizeof(double));
                    Vector256.FusedMultiplyAdd(at - Avx.ConvertToVector256Double(below), next - value, value)
                        .Store(y + i);
                }
            }

            for (; i < samples.Length; i++)
            {
                double at = (x[i] - origin) * inverse;
                at = at > 0.0 ? Math.Min(at, last) : 0.0;
                int below = (int)at;
                y[i] = Math.FusedMultiplyAdd(at - below, t[below + 1] - t[below], t[below]);
            }
        }
    }
}
