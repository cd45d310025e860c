using TorchSharp;

namespace Math4AI.Training.Optimizers;

/// <summary>An optimizer at work: the parameters, and what is remembered from step to step.</summary>
internal abstract class OptimizerRun
{
    protected OptimizerRun(torch.nn.Module module, int states)
    {
        Parameters = new FlatParameters(module);
        States = [.. Enumerable.Range(0, states).Select(_ => new float[Parameters.Values.Length])];
    }

    /// <summary>Gets what is stepped.</summary>
    public FlatParameters Parameters { get; }

    /// <summary>Gets what is remembered from step to step, each as long as the values.</summary>
    public IReadOnlyList<float[]> States { get; }

    /// <summary>Gets or sets the number of steps so far.</summary>
    public int Steps { get; set; }

    /// <summary>Steps by the gradients that backward left; they are gone after it.</summary>
    /// <param name="rate">η.</param>
    /// <param name="loss">The loss that the gradients are of.</param>
    /// <returns>The loss of the weights that a training is said to have come to.</returns>
    public abstract double Step(double rate, double loss = double.NaN);

    /// <summary>Makes the values those that the steps have come to, where the last step was a trial.</summary>
    public virtual void ShowAccepted()
    {
    }

    /// <summary>Makes the values again those that the next gradient is wanted at.</summary>
    public virtual void ShowTrial()
    {
    }
}
