using Math4AI.Processes;
using Math4AI.Training.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Math4AI.Training;

/// <summary>The beginning of a training that several processes share.</summary>
internal static class SharedTraining
{
    /// <summary>Checks that all processes are about to do the same, and gives them the weights of the first.</summary>
    /// <exception cref="ArgumentException">
    /// A layer looks at the whole batch, of which each process has a share.
    /// </exception>
    /// <exception cref="IOException">A setting, the module or the number of samples differs.</exception>
    public static void Begin(
        nn.Module module, TrainingData train, TrainingData validation, TrainerOptions options, OptimizerRun optimizer)
    {
        ProcessGroup processes = options.Processes;
        if (processes.Count == 1)
        {
            return;
        }

        if (module.modules().OfType<NormBase>().Any(norm => norm.track_running_stats))
        {
            throw new ArgumentException(
                "A batch norm takes the mean over the whole batch, and each process has a share of it: use a layer or "
                + "group norm, or train in one process.");
        }

        foreach ((string name, string value) in options.Identity(module))
        {
            processes.RequireSame($"The setting '{name}'", value);
        }

        processes.RequireSame("Whether the training is saved", options.Checkpoint is null ? "no" : "yes");
        processes.RequireSame("The number of samples", $"{train.Count} and {validation.Count}");
        processes.RequireSame("The module", string.Join(", ", module.state_dict().Select(
            state => $"{state.Key} {state.Value.dtype} {string.Join('\u00d7', state.Value.shape)}")));
        using IDisposable mode = no_grad();
        foreach (Tensor tensor in module.state_dict().Values.Where(tensor => tensor.numel() > 0))
        {
            using Tensor line = tensor.detach().contiguous();
            processes.Broadcast(line.bytes);
            tensor.copy_(line);
        }

        optimizer.Reload();
        optimizer.ShareGradients(processes);
    }
}
