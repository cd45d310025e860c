using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Math4AI.Runtime;

namespace Math4AI.Unsupervised.Maps;

/// <summary>
/// The forces that push all points of a map apart, pair by pair. Each point's sum has the same order with any number of
/// threads.
/// </summary>
internal sealed unsafe class PairRepulsion : IRepulsion
{
    // A point so far away adds nothing, and its square is still a number.
    private const float Away = 1e15f;

    private readonly int count;
    private readonly float[] x;
    private readonly float[] y;

    /// <summary>Prepares the sums.</summary>
    /// <param name="count">The number of points.</param>
    public PairRepulsion(int count)
    {
        this.count = count;
        int padded = (count + Vector512<float>.Count - 1) / Vector512<float>.Count * Vector512<float>.Count;
        (x, y) = (new float[padded], new float[padded]);
        Array.Fill(x, Away);
        Array.Fill(y, Away);
    }

    /// <inheritdoc/>
    public double Push(ReadOnlySpan<float> positions, float[] forces)
    {
        positions[..count].CopyTo(x);
        positions.Slice(count, count).CopyTo(y);
        double[] sums = new double[count];
        int parts = Math.Min(Team.Size, count);
        Team.Run(parts, part =>
        {
            (int first, int length) = Team.Part(count, part, parts);
            for (int i = first; i < first + length; i++)
            {
                (forces[i], forces[count + i], sums[i]) = PushOne(x[i], y[i]);
            }
        });
        return sums.Sum() - count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (float X, float Y, float Sum) PushOne(float atX, float atY)
    {
        int width = Vector512<float>.Count;
        Vector512<float> one = Vector512<float>.One, centerX = Vector512.Create(atX), centerY = Vector512.Create(atY);
        Vector512<float> forceX = default, forceY = default, sum = default;
        fixed (float* u = x, v = y)
        {
            for (int j = 0; j < x.Length; j += width)
            {
                Vector512<float> dx = centerX - Vector512.Load(u + j), dy = centerY - Vector512.Load(v + j);
                Vector512<float> q = one
                    / Vector512.FusedMultiplyAdd(dx, dx, Vector512.FusedMultiplyAdd(dy, dy, one));
                Vector512<float> square = q * q;
                sum += q;
                forceX = Vector512.FusedMultiplyAdd(square, dx, forceX);
                forceY = Vector512.FusedMultiplyAdd(square, dy, forceY);
            }
        }

        return (Vector512.Sum(forceX), Vector512.Sum(forceY), Vector512.Sum(sum));
    }
}
