using System.Numerics.Tensors;
using Math4AI.Optimization;
using Math4AI.Processes;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Learners.Linear;

/// <summary>
/// −Σ w ln p(class)/n + α ‖W‖²/(2n), of the weights, column after column, and the offsets; of several processes,
/// each goes over its share of the samples.
/// </summary>
internal sealed class SoftmaxCost : Cost
{
    private readonly LearnerSamples all;
    private readonly LearnerSamples samples;
    private readonly ProcessGroup processes;
    private readonly Matrix<double> inputs;
    private readonly int classes;
    private readonly double penalty;

    public SoftmaxCost(LearnerSamples all, double penalty)
    {
        (this.all, this.penalty, classes) = (all, penalty, all.ClassCount);
        (samples, processes) = all.Share();
        inputs = samples.Inputs;
    }

    public override int Parameters => (inputs.ColumnCount + 1) * classes;

    /// <summary>No weights, and offsets that give the shares of the classes.</summary>
    public Vector<double> Start()
    {
        var start = Vector<double>.Build.Dense(Parameters);
        for (int of = 0; of < classes; of++)
        {
            // A class without samples has half of one.
            double count = Math.Max(0.5, all.Classes!.Count(found => found == of))
                * (all.ClassWeights?[of] ?? 1.0);
            start[inputs.ColumnCount * classes + of] = Math.Log(count / all.Inputs.RowCount);
        }

        return start;
    }

    public override double Value(ReadOnlySpan<double> parameters) => Evaluate(parameters, []);

    public override double Gradient(ReadOnlySpan<double> parameters, Span<double> gradient) =>
        Evaluate(parameters, gradient);

    private double Evaluate(ReadOnlySpan<double> parameters, Span<double> gradient)
    {
        int rows = all.Inputs.RowCount, weights = inputs.ColumnCount * classes;
        double[] scores = (inputs * Matrix<double>.Build.Dense(
            inputs.ColumnCount, classes, parameters[..weights].ToArray())).ToColumnMajorArray();
        double loss = Lose(scores, parameters[weights..]);
        double[] sums = [loss];
        if (gradient.Length > 0)
        {
            Matrix<double> rest = Matrix<double>.Build.Dense(inputs.RowCount, classes, scores);
            sums = [loss, .. inputs.TransposeThisAndMultiply(rest).ToColumnMajorArray(), .. rest.ColumnSums()];
        }

        processes.Sum(sums);
        for (int i = 0; i < gradient.Length; i++)
        {
            gradient[i] = (sums[i + 1] + (i < weights ? penalty * parameters[i] : 0.0)) / rows;
        }

        return (sums[0] + 0.5 * penalty * TensorPrimitives.SumOfSquares(parameters[..weights])) / rows;
    }

    /// <summary>
    /// Returns −Σ w ln p(class), and leaves w (p − 1) of the class, w p of the others, in the scores.
    /// </summary>
    private double Lose(double[] scores, ReadOnlySpan<double> offsets)
    {
        int rows = inputs.RowCount;
        double[] largest = AddOffsets(scores, offsets), sums = new double[rows];
        double loss = 0.0;
        for (int i = 0; i < rows; i++)
        {
            loss += samples.WeightOf(i) * (largest[i] - scores[samples.Classes![i] * rows + i]);
        }

        for (int of = 0; of < classes; of++)
        {
            Span<double> column = scores.AsSpan(of * rows, rows);
            TensorPrimitives.Subtract(column, largest, column);
            TensorPrimitives.Exp(column, column);
            TensorPrimitives.Add(sums, column, sums);
        }

        for (int i = 0; i < rows; i++)
        {
            loss += samples.WeightOf(i) * Math.Log(sums[i]);
            sums[i] = samples.WeightOf(i) / sums[i];
        }

        for (int of = 0; of < classes; of++)
        {
            Span<double> column = scores.AsSpan(of * rows, rows);
            TensorPrimitives.Multiply(column, sums, column);
        }

        for (int i = 0; i < rows; i++)
        {
            scores[samples.Classes![i] * rows + i] -= samples.WeightOf(i);
        }

        return loss;
    }

    /// <summary>Returns the largest score of each row, with its offset.</summary>
    private double[] AddOffsets(double[] scores, ReadOnlySpan<double> offsets)
    {
        double[] largest = new double[inputs.RowCount];
        Array.Fill(largest, double.NegativeInfinity);
        for (int of = 0; of < classes; of++)
        {
            Span<double> column = scores.AsSpan(of * largest.Length, largest.Length);
            TensorPrimitives.Add(column, offsets[of], column);
            TensorPrimitives.Max(largest, column, largest);
        }

        return largest;
    }
}
