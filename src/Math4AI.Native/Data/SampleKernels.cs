using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Math4AI.Data;

/// <summary>The inner loops over samples that reading needs.</summary>
internal static unsafe class SampleKernels
{
    private static readonly int Width = Vector512<double>.Count;

    /// <summary>Computes target = (x − shift) · scale, rounded to float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Narrow(ReadOnlySpan<double> x, double shift, double scale, Span<float> target)
    {
        fixed (double* samples = x)
        fixed (float* narrow = target)
        {
            var shifts = Vector512.Create(shift);
            var scales = Vector512.Create(scale);
            int i = 0;
            for (; i <= x.Length - 2 * Width; i += 2 * Width)
            {
                Vector512.Narrow(
                    (Vector512.Load(samples + i) - shifts) * scales,
                    (Vector512.Load(samples + i + Width) - shifts) * scales).Store(narrow + i);
            }

            for (; i < x.Length; i++)
            {
                narrow[i] = (float)((samples[i] - shift) * scale);
            }
        }
    }
}
