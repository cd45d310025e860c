using Math4AI.Training.Files;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Math4AI.Training;

/// <summary>
/// The statistics of batch norms under averaged weights. No step ran with these weights, so the running means and
/// variances do not belong to them: a pass over the training part measures them again.
/// </summary>
internal static class BatchStatistics
{
    /// <summary>
    /// Measures the statistics again, as plain means over the batches of one pass in the order of the samples, where
    /// the average of the weights wants that and the module has batch norms. No other buffer changes.
    /// </summary>
    /// <param name="task">The module, with the averaged weights.</param>
    /// <param name="train">The training part.</param>
    /// <param name="options">The settings.</param>
    /// <param name="step">The number of steps taken.</param>
    /// <returns>The buffers as they were; null where nothing was measured.</returns>
    public static ModuleState? Renew(TrainingTask task, TrainingData train, TrainerOptions options, int step)
    {
        NormBase[] norms = options.Average is { UpdatesStatistics: true } average && step > average.FirstStep
            ? [.. task.Module.modules().OfType<NormBase>().Where(norm => norm.track_running_stats)]
            : [];
        if (norms.Length == 0)
        {
            return null;
        }

        ModuleState before = ModuleState.OfBuffers(task.Module);
        using IDisposable mode = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Measure(norms, task, train, options);

        // The pass may have moved other buffers too, such as counters.
        Tensor[] measured = [.. norms.SelectMany(Buffers).Select(buffer => buffer.clone())];
        before.WriteTo(task.Module);
        foreach ((Tensor buffer, Tensor value) in norms.SelectMany(Buffers).Zip(measured))
        {
            buffer.copy_(value);
        }

        return before;
    }

    private static void Measure(NormBase[] norms, TrainingTask task, TrainingData train, TrainerOptions options)
    {
        double?[] momenta = [.. norms.Select(norm => norm.momentum)];
        try
        {
            foreach (NormBase norm in norms)
            {
                // Without a momentum, the running statistics are plain means.
                norm.reset_running_stats();
                norm.momentum = null;
            }

            TorchRandom.Seed(options.Seed);
            task.Module.train();
            RunThrough(task, train, options.BatchSize);
        }
        finally
        {
            for (int i = 0; i < norms.Length; i++)
            {
                norms[i].momentum = momenta[i];
            }
        }
    }

    private static Tensor[] Buffers(NormBase norm) =>
        [norm.running_mean!, norm.running_var!, norm.num_batches_tracked!];

    private static void RunThrough(TrainingTask task, TrainingData train, int batch)
    {
        for (int first = 0; first < train.Count; first += batch)
        {
            int count = Math.Min(batch, train.Count - first);
            if (count == 1 && first > 0)
            {
                // One sample has no variance.
                return;
            }

            using DisposeScope scope = NewDisposeScope();
            task.Loss(train.Take([.. Enumerable.Range(first, count).Select(i => (long)i)]));
        }
    }
}
