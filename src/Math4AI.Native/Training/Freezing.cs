using Math4AI.Training.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Math4AI.Training;

/// <summary>Freezes and unfreezes parameters as their groups say, and leaves them as they were.</summary>
internal sealed class Freezing : IDisposable
{
    private readonly List<Parameter> changed = [];

    public Freezing(nn.Module module, TrainerOptions options)
    {
        foreach ((string name, Parameter parameter) in options.Groups.Count == 0 ? [] : module.named_parameters())
        {
            if (parameter.requires_grad
                && options.Groups.FirstOrDefault(group => group.Has(name)) is { FromEpoch: > 1 })
            {
                parameter.requires_grad = false;
                changed.Add(parameter);
            }
        }
    }

    /// <summary>Unfreezes what is trained from a pass on.</summary>
    /// <param name="epoch">The pass, from 1.</param>
    /// <param name="parameters">What is trained, sooner or later.</param>
    public void Begin(int epoch, ParameterStore parameters)
    {
        if (changed.Count == 0)
        {
            return;
        }

        for (int i = 0; i < parameters.Parameters.Count; i++)
        {
            parameters.Parameters[i].requires_grad = parameters.Segments[i].Settings.FromEpoch <= epoch;
        }
    }

    public void Dispose()
    {
        foreach (Parameter parameter in changed)
        {
            parameter.requires_grad = true;
        }
    }
}
