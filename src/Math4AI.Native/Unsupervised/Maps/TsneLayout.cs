using Math4AI.Runtime;

namespace Math4AI.Unsupervised.Maps;

/// <summary>
/// Moves the points of a map down the slope of Σ p log(p / q), with momentum and a rate of its own for each coordinate.
/// </summary>
internal sealed class TsneLayout
{
    private const float EarlyMomentum = 0.5f;
    private const float LateMomentum = 0.8f;
    private const float MinGain = 0.01f;

    // Fewer points are compared pair by pair in less time than a grid takes.
    private const int MaxPaired = 8000;

    private readonly Affinities affinities;
    private readonly IRepulsion repulsion;
    private readonly int count;
    private readonly float rate;
    private readonly float[] positions;
    private readonly float[] push;
    private readonly float[] pull;
    private readonly float[] velocity;
    private readonly float[] gains;

    /// <summary>Begins with points.</summary>
    /// <param name="affinities">p.</param>
    /// <param name="positions">The points, x after x and then y after y; they are moved.</param>
    /// <param name="rate">The step in units of the slope.</param>
    public TsneLayout(Affinities affinities, float[] positions, double rate)
    {
        (this.affinities, this.positions, this.rate) = (affinities, positions, (float)rate);
        count = positions.Length / 2;
        repulsion = count > MaxPaired && GridRepulsion.IsAvailable
            ? new GridRepulsion(count)
            : new PairRepulsion(count);
        (push, pull, velocity) = (new float[2 * count], new float[2 * count], new float[2 * count]);
        gains = new float[2 * count];
        Array.Fill(gains, 1.0f);
    }

    /// <summary>Moves all points once.</summary>
    /// <param name="exaggeration">How many times p counts, which gathers groups at first.</param>
    public void Step(double exaggeration)
    {
        double sum = repulsion.Push(positions, push);
        Pull();
        float many = (float)exaggeration, share = (float)(1.0 / sum);
        float momentum = exaggeration > 1.0 ? EarlyMomentum : LateMomentum;
        for (int i = 0; i < positions.Length; i++)
        {
            float slope = 4.0f * (many * pull[i] - share * push[i]);
            gains[i] = Math.Max(MinGain, slope * velocity[i] < 0.0f ? gains[i] + 0.2f : gains[i] * 0.8f);
            velocity[i] = momentum * velocity[i] - rate * gains[i] * slope;
            positions[i] += velocity[i];
        }
    }

    /// <summary>Returns Σ p log(p / q) with q normalized over all pairs.</summary>
    public double Divergence()
    {
        double sum = repulsion.Push(positions, push), divergence = 0.0;
        for (int i = 0; i < count; i++)
        {
            for (int k = affinities.Starts[i]; k < affinities.Starts[i + 1]; k++)
            {
                double p = affinities.Values[k], square = Square(i, affinities.Others[k]);
                divergence += p > 0.0 ? p * Math.Log(p * sum * (1.0 + square)) : 0.0;
            }
        }

        return divergence;
    }

    private void Pull()
    {
        int parts = Math.Min(Team.Size, count);
        Team.Run(parts, part =>
        {
            (int first, int length) = Team.Part(count, part, parts);
            ReadOnlySpan<float> x = positions.AsSpan(0, count), y = positions.AsSpan(count);
            for (int i = first; i < first + length; i++)
            {
                float forceX = 0.0f, forceY = 0.0f;
                int start = affinities.Starts[i], end = affinities.Starts[i + 1];
                ReadOnlySpan<int> others = affinities.Others.AsSpan(start, end - start);
                ReadOnlySpan<float> values = affinities.Values.AsSpan(start, others.Length);
                for (int k = 0; k < others.Length; k++)
                {
                    float dx = x[i] - x[others[k]], dy = y[i] - y[others[k]];
                    float weight = values[k] / (1.0f + dx * dx + dy * dy);
                    forceX += weight * dx;
                    forceY += weight * dy;
                }

                (pull[i], pull[count + i]) = (forceX, forceY);
            }
        });
    }

    private double Square(int i, int j)
    {
        double dx = positions[i] - positions[j], dy = positions[count + i] - positions[count + j];
        return dx * dx + dy * dy;
    }
}
