using Math4AI.Fitting.Distances;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Samples;

/// <summary>What passes over the samples say about how well a model describes them.</summary>
/// <param name="Residual">Σ w (y − f)².</param>
/// <param name="Total">Σ w (y − ȳ)².</param>
/// <param name="LogWeights">Σ log w over samples of weight more than 0; 0 if there are no weights.</param>
internal sealed record FitSums(double Residual, double Total, double LogWeights)
{
    public static FitSums Of(FitProblem problem, Vector<double> parameters)
    {
        IFitBlocks blocks = problem.Blocks();
        int columns = problem.TargetColumns;
        double[] sums = new double[columns];
        double weightSum = 0.0, residual = 0.0, total = 0.0, logs = 0.0;
        foreach (FitBlock block in All(blocks))
        {
            weightSum += block.Weights?.Sum() ?? block.Targets.Samples;
            for (int k = 0; k < columns; k++)
            {
                Vector<double> column = Column(block, k);
                sums[k] += block.Weights is null ? column.Sum() : block.Weights * column;
            }
        }

        foreach (FitBlock block in All(blocks))
        {
            Matrix<double> differences = ResidualsOf(problem, block, parameters);
            for (int k = 0; k < columns; k++)
            {
                double mean = sums[k] / weightSum;
                residual += Squares(block, differences.Column(k));
                total += Squares(block, Column(block, k) - mean);
            }

            logs += block.Weights?.Where(weight => weight > 0.0).Sum(Math.Log) ?? 0.0;
        }

        problem.Model.Leave(parameters);
        return new FitSums(residual, total, logs);
    }

    /// <summary>Something of every sample, samples × columns, as one vector, column after column.</summary>
    public static Vector<double> Joined(FitProblem problem, Func<FitBlock, Matrix<double>> of)
    {
        Matrix<double>[] parts = [.. All(problem.Blocks()).Select(of)];
        Vector<double> all = Vector<double>.Build.Dense(
            [.. Enumerable.Range(0, parts[0].ColumnCount).SelectMany(k => parts.SelectMany(part => part.Column(k)))]);
        return all;
    }

    /// <summary>y minus its expected value, samples × columns of y.</summary>
    public static Matrix<double> ResidualsOf(FitProblem problem, FitBlock block, Vector<double> parameters)
    {
        Matrix<double> fitted = problem.Model.EvaluateAll(block.Inputs, parameters);
        Matrix<double> residuals = Matrix<double>.Build.Dense(block.Targets.Samples, block.Targets.Columns);
        double[] predicted = new double[fitted.ColumnCount], observed = new double[block.Targets.Columns],
            ofOne = new double[observed.Length];
        Distance distance = problem.Distance;
        for (int i = 0; i < residuals.RowCount; i++)
        {
            for (int k = 0; k < predicted.Length; k++)
            {
                predicted[k] = fitted[i, k];
            }

            for (int k = 0; k < observed.Length; k++)
            {
                observed[k] = block.Targets[k * block.Targets.Samples + i];
            }

            distance.Residuals(predicted, observed, ofOne);
            for (int k = 0; k < ofOne.Length; k++)
            {
                residuals[i, k] = ofOne[k];
            }
        }

        return residuals;
    }

    private static IEnumerable<FitBlock> All(IFitBlocks blocks) =>
        Enumerable.Range(0, blocks.Count).Select(blocks.Read);

    private static Vector<double> Column(FitBlock block, int k) =>
        block.Targets.Values.SubVector(k * block.Targets.Samples, block.Targets.Samples);

    private static double Squares(FitBlock block, Vector<double> values)
    {
        double sum = 0.0;
        for (int i = 0; i < values.Count; i++)
        {
            sum += (block.Weights?[i] ?? 1.0) * values[i] * values[i];
        }

        return sum;
    }
}
