using Math4AI.Data.Models;
using Math4AI.Training.Learners;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Training.Learners;

public class ProcessLearnerTests
{
    private static readonly Matrix<double> X = Matrix<double>.Build.Dense(
        60, 2, (i, j) => Math.Sqrt(3.0) * Math.Sin(1.0 + 0.37 * i * (j + 1) + 0.01 * i * i));

    private static readonly Vector<double> Normal = Vector<double>.Build.Random(60, 3);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Noise_changes_along_the_inputs_where_the_evidence_says_so(bool isRobust)
    {
        var learner = new ProcessLearner { IsRobust = isRobust, Starts = 1 };
        LearnerSamples growing = LearnerSamples.Of(
            X, Vector<double>.Build.Dense(60, i => X[i, 1] + 0.05 * Math.Exp(1.2 * X[i, 0]) * Normal[i]));
        LearnerSamples same = LearnerSamples.Of(X, Vector<double>.Build.Dense(60, i => X[i, 1] + 0.1 * Normal[i]));
        var chosen = (ProcessLearner)learner.Choose(growing).Learner;
        Assert.InRange(chosen.NoiseSlopes![0], 1.6, 3.2);
        Assert.Contains("changing along the inputs", chosen.ToString(), StringComparison.Ordinal);
        if (isRobust)
        {
            return;
        }

        Matrix<double> at = Matrix<double>.Build.DenseOfRowArrays([-1.5, 0.0], [1.5, 0.0]);
        RowPredictions predicted = chosen.Fit(growing).PredictRows(at);
        Assert.True(predicted.Deviations![1] > 5.0 * predicted.Deviations[0]);
        Assert.Null(((ProcessLearner)learner.Choose(same).Learner).NoiseSlopes);

        // Years and the like stay as they are: exp(u·x) would be beyond the range of numbers.
        LearnerSamples far = LearnerSamples.Of(X + 2000.0, growing.Targets!);
        Assert.Null(((ProcessLearner)learner.Choose(far).Learner).NoiseSlopes);
    }
}
