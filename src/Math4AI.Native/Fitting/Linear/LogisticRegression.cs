using System.Runtime.Intrinsics;
using Math4AI.Processes;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Linear;

/// <summary>
/// Logistic regression with many samples: minimizes Σ log(1 + e^f) − y f + ½ λ ‖w‖² with f = Xw + b and classes y of 0
/// and 1, by Newton's method over blocks of samples. Equals <c>sklearn.linear_model.LogisticRegression(C=1/λ)</c>.
/// </summary>
public sealed record LogisticRegression
{
    /// <summary>Gets the penalty λ, 0 or more. The default is 1.</summary>
    public double Penalty { get; init => field = Setting.AtLeast(value, 0.0); } = 1.0;

    /// <summary>
    /// Gets the processes that fit together: each passes its own samples, the sums are over all of them, and every
    /// process gets the same answer.
    /// </summary>
    public ProcessGroup Processes { get; init; } = ProcessGroup.Single;

    /// <summary>Finds the weights and the intercept.</summary>
    /// <param name="inputs">X, samples × inputs.</param>
    /// <param name="classes">y, 0 or 1 for each sample.</param>
    /// <param name="cancellation">Stops the fit between blocks.</param>
    /// <exception cref="ArgumentException">
    /// Shapes do not belong together, or a value is not finite or not a class.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The penalty is negative or not finite.</exception>
    public LinearFit Fit(Matrix<double> inputs, Vector<double> classes, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(classes);
        LabelledSamples samples = Processes.Agree(() => Samples(inputs, classes));
        return LinearNewton.Solve(samples, Penalty, new Loss(), cancellation);
    }

    private LabelledSamples Samples(Matrix<double> inputs, Vector<double> classes)
    {
        int wrong = classes.ToList().FindIndex(value => value is not (0.0 or 1.0));
        return wrong < 0
            ? new LabelledSamples(inputs, classes, Processes)
            : throw new ArgumentException(
                $"Sample {wrong + 1} has the class {classes[wrong]}; classes are 0 and 1.", nameof(classes));
    }

    private sealed class Loss : LinearLoss
    {
        public override double MeanAtZero => 0.5;

        public override bool IsQuadratic => false;

        /// <summary>f becomes p − y, and the root √(p (1 − p)); returns Σ log(1 + e^f) − y f.</summary>
        public override double Slopes(Span<double> f, ReadOnlySpan<double> y, Span<double> root)
        {
            int width = Vector512<double>.Count, i = 0;
            Vector512<double> costs = default;
            for (; i <= f.Length - width; i += width)
            {
                Vector512<double> here = Vector512.Create<double>(f[i..]), label = Vector512.Create(y[i..]);
                Vector512<double> tail = Vector512.Exp(-Vector512.Abs(here)),
                    share = Vector512<double>.One / (Vector512<double>.One + tail);
                Vector512<double> probability = Vector512.ConditionalSelect(
                    Vector512.GreaterThanOrEqual(here, Vector512<double>.Zero), share, tail * share);
                costs += Vector512.Max(here, Vector512<double>.Zero) - label * here - Vector512.Log(share);
                (Vector512.Sqrt(tail) * share).CopyTo(root[i..]);
                (probability - label).CopyTo(f[i..]);
            }

            double cost = Vector512.Sum(costs);
            for (; i < f.Length; i++)
            {
                double tail = Math.Exp(-Math.Abs(f[i])), share = 1.0 / (1.0 + tail);
                double probability = f[i] >= 0.0 ? share : tail * share;
                cost += Math.Max(f[i], 0.0) - y[i] * f[i] - Math.Log(share);
                root[i] = Math.Sqrt(tail) * share;
                f[i] = probability - y[i];
            }

            return cost;
        }
    }
}
