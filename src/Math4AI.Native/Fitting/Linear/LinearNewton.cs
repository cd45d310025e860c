using System.Diagnostics;
using Math4AI.LinearAlgebra.Blocks;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Math4AI.Fitting.Linear;

/// <summary>
/// Linear predictors of many samples by Newton's method: the gradient Xᵀ(p − y) + λw and the Hessian XᵀDX + λI are sums
/// over samples, so that one pass over blocks gives both. A part of the samples leads to the neighborhood of the
/// answer, and its Hessian there serves the steps over all of them, which only need gradients. Source: T. Hastie, R.
/// Tibshirani, J. Friedman, "The Elements of Statistical Learning", 2nd ed., section 4.4.1.
/// </summary>
internal sealed class LinearNewton
{
    private const double Tolerance = 1e-7;
    private const int MaxPasses = 100;
    private const int SamplesForAStart = 40_000;
    private const int SamplesForAParameter = 400;
    private const double StartTolerance = 1e-3;

    // While each step shortens the gradient by this factor, the Hessian need not be summed again.
    private const double GoodStep = 0.2;

    private static readonly (double Cost, double Norm) Unknown = (double.PositiveInfinity, double.PositiveInfinity);

    private readonly LabelledSamples data;
    private readonly double samples;
    private readonly double penalty;
    private readonly LinearLoss loss;
    private readonly CancellationToken cancellation;
    private readonly BlockPass<double, LinearSums> pass;

    public LinearNewton(LabelledSamples data, double penalty, LinearLoss loss, CancellationToken cancellation)
    {
        (this.data, this.penalty, this.loss, this.cancellation) = (data, penalty, loss, cancellation);
        pass = new BlockPass<double, LinearSums>(
            data, (_, _, _) => { }, LinearSums.ScratchChannels, () => new LinearSums(data.Inputs + 1),
            isOwn: true);
        samples = data.CountAll();
    }

    /// <summary>Finds w and b.</summary>
    public static LinearFit Solve(LabelledSamples data, double penalty, LinearLoss loss, CancellationToken cancellation)
    {
        if (!(penalty >= 0.0 && double.IsFinite(penalty)))
        {
            throw new ArgumentOutOfRangeException(nameof(penalty), penalty, "The penalty must be 0 or more.");
        }

        long start = Stopwatch.GetTimestamp();
        data.Processes.RequireSame("The number of inputs", $"{data.Inputs}");
        data.Processes.RequireSame("The penalty", $"{penalty:R}");
        var whole = new LinearNewton(data, penalty, loss, cancellation);
        int stride = loss.IsQuadratic
            ? 1
            : (int)Math.Min(
                whole.samples / Math.Max(SamplesForAStart, SamplesForAParameter * data.Inputs), int.MaxValue);
        Vector<double> theta = Vector<double>.Build.Dense(data.Inputs + 1);
        Matrix<double>? hessian = null;
        if (stride > 1)
        {
            LabelledSamples part = data.Part(stride);
            double share = part.CountAll() / whole.samples;
            var descent = new LinearNewton(part, penalty * share, loss, cancellation);
            theta = descent.Run(theta, null, StartTolerance).Theta;
            hessian = descent.Sum(theta, withHessian: true).FullHessian() / share;
        }

        (theta, double cost, double norm, int passes) = whole.Run(theta, hessian, Tolerance);
        if (!double.IsFinite(cost))
        {
            data.Processes.Agree(data.RequireFinite);
            throw new ArgumentException("The data hold values that are not finite.");
        }

        return new LinearFit(
            theta.SubVector(0, theta.Count - 1), theta[^1], cost, norm, passes, norm <= Tolerance,
            Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>
    /// Steps from θ; one that raises the cost is halved. The Hessian stays as it is while it serves, and what the steps
    /// show of its error is made good as BFGS does. The norm of the gradient is given as a share of that at w = 0, b =
    /// 0.
    /// </summary>
    public (Vector<double> Theta, double Cost, double Norm, int Passes) Run(
        Vector<double> theta, Matrix<double>? hessian, double tolerance)
    {
        Cholesky<double>? factor = hessian?.Cholesky();
        var pairs = new List<(Vector<double> Step, Vector<double> Change)>();
        Vector<double> step = theta * 0.0, gradientHere = step;
        (double Cost, double Norm) here = Unknown;
        double scale = 0.0;
        for (int passes = 1; ; passes++)
        {
            Vector<double> next = theta - step;
            LinearSums total = Sum(next, withHessian: factor is null, withFirst: passes == 1);
            (Vector<double> gradient, double norm) = GradientOf(total, isFirst: passes == 1, ref scale);
            if (!double.IsFinite(total.Cost) || passes >= MaxPasses || norm <= tolerance)
            {
                return (next, total.Cost, norm, passes);
            }

            if (total.Cost > here.Cost + 1e-12 * Math.Abs(here.Cost) && norm > here.Norm)
            {
                step *= 0.5;
                continue;
            }

            if (factor is null)
            {
                factor = total.FullHessian().Cholesky();
                pairs.Clear();
            }
            else if (norm > GoodStep * here.Norm && double.IsFinite(here.Norm))
            {
                // The Hessian is from too far away: it is summed again where we are.
                (factor, theta, step, here) = (null, next, theta * 0.0, Unknown);
                continue;
            }
            else if (double.IsFinite(here.Norm))
            {
                pairs.Add((next - theta, gradient - gradientHere));
            }

            (theta, here, gradientHere) = (next, (total.Cost, norm), gradient);
            step = Direction(gradient, pairs, factor);
        }
    }

    /// <summary>The gradient, and its norm as a share of that at w = 0, b = 0, which the first pass finds.</summary>
    private static (Vector<double> Gradient, double Norm) GradientOf(LinearSums total, bool isFirst, ref double scale)
    {
        scale = isFirst ? Vector<double>.Build.Dense(total.FirstGradient).L2Norm() : scale;
        Vector<double> gradient = Vector<double>.Build.Dense(total.Gradient);
        return (gradient, scale > 0.0 ? gradient.L2Norm() / scale : 0.0);
    }

    /// <summary>One pass over the samples.</summary>
    public LinearSums Sum(Vector<double> theta, bool withHessian, bool withFirst = false)
    {
        double[] weights = theta.ToArray();
        foreach (LinearSums sums in pass.States)
        {
            sums.HasHessian = withHessian;
        }

        pass.Run(
            (sums, room, scratch, count, start) =>
            {
                LabelledBlock block = data.Block((int)start, count);
                Span<double> root = scratch[count..];
                sums.AddGradient(block, weights, loss, scratch[..count], root);
                if (withHessian)
                {
                    sums.AddHessian(block, root, room);
                }

                if (withFirst)
                {
                    sums.AddFirst(block, loss, scratch[..count]);
                }
            },
            cancellation);
        var total = new LinearSums(weights.Length) { HasHessian = withHessian };
        foreach (LinearSums sums in pass.States)
        {
            total.AddAndClear(sums);
        }

        Penalize(total, weights);
        return total;
    }

    private void Penalize(LinearSums total, double[] weights)
    {
        for (int i = 0; i + 1 < weights.Length; i++)
        {
            total.Cost += 0.5 * penalty * weights[i] * weights[i];
            total.Gradient[i] += penalty * weights[i];
            total.Hessian[i * weights.Length + i] += penalty;
        }

        // Inputs that depend on each other leave the Hessian singular up to rounding.
        for (int i = 0; i < weights.Length; i++)
        {
            total.Hessian[i * weights.Length + i] *= 1.0 + 1e-14 * Math.Sqrt(samples);
        }
    }

    /// <summary>B⁻¹g by the two loops of L-BFGS, with the inverse of the Hessian in the middle.</summary>
    private static Vector<double> Direction(
        Vector<double> gradient, List<(Vector<double> Step, Vector<double> Change)> pairs, Cholesky<double> factor)
    {
        Vector<double> q = gradient;
        double[] shares = new double[pairs.Count];
        for (int k = pairs.Count - 1; k >= 0; k--)
        {
            (Vector<double> s, Vector<double> y) = pairs[k];
            shares[k] = s * q / (s * y);
            q -= shares[k] * y;
        }

        q = factor.Solve(q);
        for (int k = 0; k < pairs.Count; k++)
        {
            (Vector<double> s, Vector<double> y) = pairs[k];
            q += (shares[k] - y * q / (s * y)) * s;
        }

        return q;
    }
}
