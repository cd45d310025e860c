using Math4AI.Runtime;
using Math4AI.Training.DirectPasses;
using Math4AI.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Training;

/// <summary>
/// The gradient of a batch's mean loss: in pieces, in parts at once, and with the next batch taken meanwhile.
/// </summary>
/// <param name="task">The module and its loss.</param>
/// <param name="train">The samples.</param>
/// <param name="parameters">The parameters that the gradient is by.</param>
/// <param name="pieces">The number of pieces that a batch is taken in, one after the other.</param>
/// <param name="team">The number of parts of a piece that are computed at once; 1 for the whole piece.</param>
internal sealed class BatchGradient(
    TrainingTask task, TrainingData train, ParameterStore parameters, int pieces, int team)
{
    private Task<Batch>? ahead;

    /// <summary>Whether a batch is one piece, so that its gradient is whole after one backward.</summary>
    public bool IsWhole => pieces == 1;

    /// <summary>Adds the gradient of a batch, or of a part of it, to that of the parameters.</summary>
    /// <param name="rows">The samples of the batch, or those of them that are this process's.</param>
    /// <param name="batch">The number of samples of the whole batch.</param>
    /// <param name="next">Those that the next step will want; none where another pass begins.</param>
    /// <returns>The share of these samples in the mean loss of the batch.</returns>
    public double Add(ReadOnlySpan<long> rows, int batch, ReadOnlySpan<long> next)
    {
        double sum = 0.0;
        for (int piece = 0; piece < pieces; piece++)
        {
            int from = (int)((long)rows.Length * piece / pieces), to = (int)((long)rows.Length * (piece + 1) / pieces);
            sum += from < to ? AddPiece(rows[from..to], batch, next, isFirst: from == 0) : 0.0;
        }

        return sum;
    }

    /// <summary>Adds the gradient of some of a batch's samples; parts of them at once where that is wanted.</summary>
    private double AddPiece(ReadOnlySpan<long> rows, int batch, ReadOnlySpan<long> next, bool isFirst)
    {
        int parts = Math.Min(team, rows.Length);
        if (task.Direct is not null || parts < 2)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor value = Loss(scope, rows, batch, pieces == 1 ? next : []);
            value.backward();
            task.Direct?.Backward(isFirst);
            return FirstStep.Number(value);
        }

        // Sums of gradients depend on the order: each part's own are kept until all are there.
        long[] all = rows.ToArray();
        double[] losses = new double[parts];
        var gradients = new Tensor?[parts][];
        ulong key = TorchRandom.Key();
        Team.Run(parts, part =>
        {
            TorchRandom.BeginThread(unchecked(key + (ulong)part));
            using IDisposable mode = enable_grad();
            using DisposeScope scope = NewDisposeScope();
            (int first, int count) = Team.Part(all.Length, part, parts);
            Tensor value = Loss(scope, all.AsSpan(first, count), batch, []);
            gradients[part] = parameters.GradientsOf(value);
            losses[part] = FirstStep.Number(value);
        });
        parameters.AddGradients(gradients);
        return losses.Sum();
    }

    /// <summary>The share that some samples have in the loss of a batch.</summary>
    private Tensor Loss(DisposeScope scope, ReadOnlySpan<long> rows, int batch, ReadOnlySpan<long> next)
    {
        Tensor value = LossOf(scope, rows, next);
        if (task.First is not null)
        {
            FirstStep.CheckLoss(value);
        }

        return rows.Length == batch ? value : value * ((double)rows.Length / batch);
    }

    /// <summary>
    /// The mean loss of some samples; the next ones are taken meanwhile where they are slow to come by.
    /// </summary>
    private unsafe Tensor LossOf(DisposeScope scope, ReadOnlySpan<long> rows, ReadOnlySpan<long> next)
    {
        if (task is OutputsTask { First: null, Direct: MlpPass perceptron } outputs && train is TensorData lines)
        {
            float* address = lines.Lines(perceptron.Inputs);
            if (address != null)
            {
                return outputs.LossOf(perceptron.Forward(address, rows), lines.TakeTargets(rows));
            }
        }

        Batch taken = ahead is null ? train.Take(rows) : ahead.GetAwaiter().GetResult();
        if (ahead is not null)
        {
            scope.Attach(taken.Parts().Select(part => part.Tensor));
            ahead = null;
        }

        if (task.First is not null)
        {
            FirstStep.CheckBatch(taken, rows);
        }

        if (train.IsSlow && next.Length > 0)
        {
            long[] wanted = next.ToArray();
            ahead = Task.Run(() => train.Take(wanted));
        }

        return task.Loss(taken);
    }
}
