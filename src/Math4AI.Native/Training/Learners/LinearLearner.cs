using System.Globalization;
using Math4AI.Data.Models;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Learners;

/// <summary>
/// A linear model to convergence: for numbers ridge regression, which minimizes Σ (y − xᵀw − b)² + α ‖w‖²; for classes
/// multinomial logistic regression, which minimizes −Σ w ln p(class) + α ‖W‖²/2 with p = softmax(Wᵀx + b) and the
/// weight w of the class. α is chosen by cross-validation where it is open. Without inputs (<see cref="IsConstant"/>)
/// it predicts the mean, or the shares of the classes. Source: T. Hastie, R. Tibshirani, J. Friedman, "The Elements of
/// Statistical Learning" (2009), 3.4, 4.4.
/// </summary>
public sealed record LinearLearner : Learner
{
    private static readonly double[] Penalties = [1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0, 1000.0];

    /// <summary>Gets α; null to choose it.</summary>
    public double? Penalty { get; init; }

    /// <summary>Gets whether all weights are 0: what every other model must surpass.</summary>
    public bool IsConstant { get; init; }

    /// <inheritdoc/>
    public override bool TakesWeights => true;

    /// <inheritdoc/>
    public override Learner? Keeping(IReadOnlyList<int> directions) => IsConstant ? this : null;

    /// <inheritdoc/>
    public override string ToString() => IsConstant
        ? "constant"
        : Penalty is { } penalty
            ? string.Create(CultureInfo.InvariantCulture, $"linear: α = {penalty:G4}")
            : "linear: α to be chosen";

    /// <inheritdoc/>
    public override LearnerChoice Choose(
        LearnerSamples training, IProgress<LearnerProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        if (IsConstant || Penalty is not null)
        {
            return new LearnerChoice(this, null);
        }

        var folds = new Folds(training, Seed);
        double[] scores = new double[Penalties.Length];
        for (int i = 0; i < Penalties.Length; i++)
        {
            scores[i] = folds.Losses(this with { Penalty = Penalties[i] }, cancellation).Average();
            progress?.Report(new LearnerProgress(string.Empty, (i + 1.0) / Penalties.Length));
        }

        // Of equal scores the larger penalty is the simpler model.
        int best = Enumerable.Range(0, scores.Length).OrderBy(i => scores[i]).ThenByDescending(i => i).First();
        return new LearnerChoice(this with { Penalty = Penalties[best] }, null);
    }

    /// <inheritdoc/>
    public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        cancellation.ThrowIfCancellationRequested();
        double penalty = Penalty ?? 1.0;
        return training.Classes is null
            ? Numbers(training.Inputs, training.Targets!, penalty)
            : Classes(training, penalty, cancellation);
    }

    private LinearPredictor Numbers(Matrix<double> inputs, Vector<double> targets, double penalty)
    {
        double mean = targets.Average();
        if (IsConstant)
        {
            return new LinearPredictor(
                Matrix<double>.Build.Dense(inputs.ColumnCount, 1), Vector<double>.Build.Dense(1, mean),
                areClasses: false);
        }

        Vector<double> centers = inputs.ColumnSums() / inputs.RowCount;
        Matrix<double> centered = Matrix<double>.Build.Dense(
            inputs.RowCount, inputs.ColumnCount, (i, j) => inputs[i, j] - centers[j]);
        Matrix<double> normal = centered.TransposeThisAndMultiply(centered);
        normal.SetDiagonal(normal.Diagonal() + penalty);
        Vector<double> weights = normal.Cholesky().Solve(centered.TransposeThisAndMultiply(targets - mean));
        return new LinearPredictor(
            weights.ToColumnMatrix(), Vector<double>.Build.Dense(1, mean - weights * centers), areClasses: false);
    }

    private LinearPredictor Classes(LearnerSamples training, double penalty, CancellationToken cancellation)
    {
        const int MaxIterations = 1000;
        const double Tolerance = 1e-6;
        var cost = new SoftmaxCost(training, penalty);
        Vector<double> start = cost.Start();
        Vector<double> found = IsConstant
            ? start
            : Minimizer.Lbfgs().Minimize(
                cost, start,
                new MinimizerOptions { MaxIterations = MaxIterations, GradientTolerance = Tolerance }, cancellation)
                .Parameters;
        (int inputs, int classes) = (training.Inputs.ColumnCount, training.ClassCount);
        return new LinearPredictor(
            Matrix<double>.Build.Dense(inputs, classes, found.Take(inputs * classes).ToArray()),
            Vector<double>.Build.Dense(found.Skip(inputs * classes).ToArray()), areClasses: true);
    }

    /// <summary>−Σ w ln p(class)/n + α ‖W‖²/(2n), of the weights, column after column, and the offsets.</summary>
    private sealed class SoftmaxCost(LearnerSamples samples, double penalty) : Cost
    {
        private readonly Matrix<double> inputs = samples.Inputs;
        private readonly int classes = samples.ClassCount;

        public override int Parameters => (inputs.ColumnCount + 1) * classes;

        /// <summary>No weights, and offsets that give the shares of the classes.</summary>
        public Vector<double> Start()
        {
            var start = Vector<double>.Build.Dense(Parameters);
            for (int of = 0; of < classes; of++)
            {
                // A class without samples has half of one.
                double count = Math.Max(0.5, samples.Classes!.Count(found => found == of))
                    * (samples.ClassWeights?[of] ?? 1.0);
                start[inputs.ColumnCount * classes + of] = Math.Log(count / inputs.RowCount);
            }

            return start;
        }

        public override double Value(ReadOnlySpan<double> parameters) => Evaluate(parameters, []);

        public override double Gradient(ReadOnlySpan<double> parameters, Span<double> gradient) =>
            Evaluate(parameters, gradient);

        private double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient)
        {
            int rows = inputs.RowCount, width = inputs.ColumnCount;
            Matrix<double> weights =
                Matrix<double>.Build.Dense(width, classes, parameters[..(width * classes)].ToArray());
            Vector<double> offsets = Vector<double>.Build.Dense(parameters[(width * classes)..].ToArray());
            Matrix<double> scores = inputs * weights;
            Matrix<double> rest = LinearPredictor.Softmax(scores, offsets, out double[] logSums);
            double sum = 0.0;
            for (int i = 0; i < rows; i++)
            {
                int of = samples.Classes![i];
                double weight = samples.WeightOf(i);
                sum += weight * (logSums[i] - scores[i, of] - offsets[of]);
                rest[i, of] -= 1.0;
                for (int j = 0; j < classes && weight != 1.0; j++)
                {
                    rest[i, j] *= weight;
                }
            }

            double squares = 0.0;
            foreach (double weight in parameters[..(width * classes)])
            {
                squares += weight * weight;
            }

            if (gradient.Length > 0)
            {
                Matrix<double> ofWeights = inputs.TransposeThisAndMultiply(rest) + penalty * weights;
                (ofWeights / rows).ToColumnMajorArray().CopyTo(gradient);
                (rest.ColumnSums() / rows).ToArray().CopyTo(gradient[(width * classes)..]);
            }

            return (sum + 0.5 * penalty * squares) / rows;
        }
    }
}
