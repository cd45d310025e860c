
namespace Math4AI.Optimization.Minimizers;

/// <summary>
/// The inverse Hessian of L-BFGS from the last pairs of step s and gradient change y, applied by the two-loop
/// recursion. Source: J. Nocedal and S. Wright, "Numerical Optimization", 2nd ed., algorithm 7.4.
/// </summary>
internal sealed class LimitedMemory(int memory) : IDirection
{
    private readonly List<(double[] Step, double[] Change, double Curvature)> pairs = [];

    public void Reset() => pairs.Clear();

    public void Choose(ReadOnlySpan<double> gradient, Span<double> direction)
    {
        for (int i = 0; i < direction.Length; i++)
        {
            direction[i] = -gradient[i];
        }

        Span<double> shares = stackalloc double[pairs.Count];
        for (int k = pairs.Count - 1; k >= 0; k--)
        {
            shares[k] = Cost.Dot(pairs[k].Step, direction) / pairs[k].Curvature;
            AddScaled(-shares[k], pairs[k].Change, direction);
        }

        if (pairs.Count > 0)
        {
            (_, double[] change, double curvature) = pairs[^1];
            double scale = curvature / Cost.Dot(change, change);
            for (int i = 0; i < direction.Length; i++)
            {
                direction[i] *= scale;
            }
        }

        for (int k = 0; k < pairs.Count; k++)
        {
            double share = Cost.Dot(pairs[k].Change, direction) / pairs[k].Curvature;
            AddScaled(shares[k] - share, pairs[k].Step, direction);
        }
    }

    public void Learn(ReadOnlySpan<double> step, ReadOnlySpan<double> change, ReadOnlySpan<double> gradient)
    {
        double curvature = Cost.Dot(step, change);
        if (!(curvature > 1e-16 * Cost.Norm(step) * Cost.Norm(change)))
        {
            return;
        }

        (double[] Step, double[] Change, double Curvature) pair = pairs.Count < memory
            ? (new double[step.Length], new double[step.Length], 0.0)
            : pairs[0];
        if (pairs.Count == memory)
        {
            pairs.RemoveAt(0);
        }

        step.CopyTo(pair.Step);
        change.CopyTo(pair.Change);
        pairs.Add(pair with { Curvature = curvature });
    }

    private static void AddScaled(double factor, ReadOnlySpan<double> x, Span<double> y)
    {
        for (int i = 0; i < y.Length; i++)
        {
            y[i] += factor * x[i];
        }
    }
}
