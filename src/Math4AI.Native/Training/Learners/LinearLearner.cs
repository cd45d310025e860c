using System.Globalization;
using Math4AI.Data.Models;
using Math4AI.Optimization;
using Math4AI.Processes;
using Math4AI.Runtime;
using Math4AI.Training.Learners.Linear;
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
    public double? Penalty { get; init => field = Setting.AtLeast(value, 0.0); }

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

        var folds = new Folds(training.SharedBy(ProcessGroup.Single), Seed);
        double[][] scores = training.Processes.Distribute(Penalties.Length, i =>
        {
            double score = folds.Losses(this with { Penalty = Penalties[i] }, cancellation).Average();
            progress?.Report(new LearnerProgress(string.Empty, (i + 1.0) / Penalties.Length));
            return [score];
        });

        // Of equal scores the larger penalty is the simpler model.
        int best = Enumerable.Range(0, scores.Length).OrderBy(i => scores[i][0]).ThenByDescending(i => i).First();
        return new LearnerChoice(this with { Penalty = Penalties[best] }, null);
    }

    /// <inheritdoc/>
    public override IRowPredictor Fit(LearnerSamples training, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        cancellation.ThrowIfCancellationRequested();
        double penalty = Penalty ?? 1.0;
        return training.Classes is null
            ? Numbers(training, penalty)
            : Classes(training, penalty, cancellation);
    }

    private LinearPredictor Numbers(LearnerSamples training, double penalty)
    {
        double mean = training.Targets!.Average();
        int width = training.Inputs.ColumnCount;
        if (IsConstant)
        {
            return new LinearPredictor(
                Matrix<double>.Build.Dense(width, 1), Vector<double>.Build.Dense(1, mean), areClasses: false);
        }

        Vector<double> centers = training.Inputs.ColumnSums() / training.Inputs.RowCount;
        (LearnerSamples own, ProcessGroup all) = training.Share();
        Matrix<double> centered = Matrix<double>.Build.Dense(
            own.Inputs.RowCount, width, (i, j) => own.Inputs[i, j] - centers[j]);
        double[] squares = centered.TransposeThisAndMultiply(centered).ToColumnMajorArray();
        double[] right = centered.TransposeThisAndMultiply(own.Targets! - mean).ToArray();
        all.Sum(squares);
        all.Sum(right);
        Matrix<double> normal = Matrix<double>.Build.Dense(width, width, squares);
        normal.SetDiagonal(normal.Diagonal() + penalty);
        Vector<double> weights = normal.Cholesky().Solve(Vector<double>.Build.Dense(right));
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
}
