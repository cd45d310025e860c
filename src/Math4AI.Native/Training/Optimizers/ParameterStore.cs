using Math4AI.Processes;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// The trainable parameters of a module as memory that an optimizer steps without a call of torch. A parameter that
/// lies in memory without gaps and has the type of the steps is stepped where it lies: it keeps its storage, strides
/// and identity. Any other, such as one of bfloat16, has a master copy that is stepped instead and rounded to the
/// parameter after each step.
/// </summary>
internal abstract class ParameterStore
{
    /// <summary>Master copies and what is remembered of a parameter begin at multiples of a vector.</summary>
    public const int Alignment = 16;

    protected ParameterStore(nn.Module module, TrainerOptions options)
    {
        ParameterSettings[] settings = [.. ParameterSettings.Of(module, options)];
        Parameters = [.. settings.Select(one => one.Parameter)];
        var segments = new Segment[settings.Length];
        int at = 0;
        for (int i = 0; i < settings.Length; i++)
        {
            int count = checked((int)Parameters[i].numel() * (Parameters[i].is_complex() ? 2 : 1));
            segments[i] = new Segment(at, count, Parameters[i].Dimensions > 1, settings[i]);
            at = checked(at + Padded(count));
        }

        (Segments, Length) = (segments, at);
    }

    /// <summary>Gets where each parameter lies among what is remembered of all, and its settings.</summary>
    public IReadOnlyList<Segment> Segments { get; }

    /// <summary>Gets the elements of all parameters, each padded to whole vectors.</summary>
    public int Length { get; }

    /// <summary>Gets the number of trainable numbers; a complex parameter has two an element.</summary>
    public int Count => Segments.Sum(segment => segment.Count);

    /// <summary>Gets the parameters, in the order of the segments.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Returns a number of elements, up to a whole vector.</summary>
    public static int Padded(int count) => (count + Alignment - 1) / Alignment * Alignment;

    /// <summary>Finds where the parameters lie now: after anything that may have given them another memory.</summary>
    public abstract void FindValues();

    /// <summary>Finds the gradients that backward left.</summary>
    public abstract void FindGradients();

    /// <summary>
    /// Begins to add gradients over processes while backward still goes on, each as soon as it is known; where
    /// gradients come all at once, nothing happens. <see cref="SumGradients"/> waits for the end.
    /// </summary>
    /// <param name="processes">The processes, each with the same parameters.</param>
    public virtual void SumAhead(ProcessGroup processes)
    {
    }

    /// <summary>
    /// Replaces the gradients that backward left by their sums over processes, until they are released.
    /// </summary>
    /// <param name="processes">The processes, each with the same parameters.</param>
    /// <param name="hasOwn">Whether backward ran in this process: a share of a small batch may be empty.</param>
    public abstract void SumGradients(ProcessGroup processes, bool hasOwn);

    /// <summary>Releases the gradients.</summary>
    public abstract void ReleaseGradients();

    /// <summary>Returns whether backward left a gradient of a parameter; asked between the two calls above.</summary>
    public abstract bool HasGradient(int segment);

    /// <summary>Rounds the master copies to the parameters that have one.</summary>
    public abstract void Publish();

    /// <summary>
    /// Gives parameters that were moved for the time of a training their own memory back, with the values that they
    /// have now.
    /// </summary>
    public virtual void Restore()
    {
    }

    /// <summary>
    /// Gets the gradients of a loss without leaving them anywhere, so that passes can run at once; null where a
    /// parameter has none.
    /// </summary>
    /// <param name="loss">The loss, one number.</param>
    public Tensor?[] GradientsOf(Tensor loss)
    {
        int[] wanted = [.. Enumerable.Range(0, Parameters.Count).Where(i => Parameters[i].requires_grad)];
        var gradients = new Tensor?[Parameters.Count];
        IList<Tensor> found = autograd.grad([loss], [.. wanted.Select(i => Parameters[i])], allow_unused: true);
        for (int i = 0; i < wanted.Length; i++)
        {
            gradients[wanted[i]] = found[i] is { IsInvalid: false } gradient ? gradient.DetachFromDisposeScope() : null;
        }

        return gradients;
    }

    /// <summary>
    /// Adds the gradients of passes to those that backward left, in the order of the passes, and disposes of them.
    /// </summary>
    /// <param name="passes">Of each pass, the gradient of each parameter.</param>
    public void AddGradients(IReadOnlyList<Tensor?[]> passes)
    {
        using IDisposable mode = no_grad();
        for (int i = 0; i < Parameters.Count; i++)
        {
            Tensor? sum = Parameters[i].grad;
            foreach (Tensor?[] pass in passes)
            {
                using Tensor? gradient = pass[i];
                if (gradient is not null && sum is null)
                {
                    // In the order of the parameter, and apart from what other gradients may share with this one.
                    using Tensor dense = gradient.is_sparse ? gradient.to_dense() : gradient.alias();
                    sum = empty_like(Parameters[i]).copy_(dense);
                    Parameters[i].grad = sum;
                }
                else if (gradient is not null)
                {
                    sum!.add_(gradient);
                }
            }

            sum?.Dispose();
        }
    }

    /// <summary>A parameter's place among what is remembered of all, and how it is stepped.</summary>
    /// <param name="Start">Its first element.</param>
    /// <param name="Count">Its elements.</param>
    /// <param name="IsMatrix">Whether it has more than one dimension; biases and norms have one.</param>
    /// <param name="Settings">Its own rate and decay.</param>
    public readonly record struct Segment(int Start, int Count, bool IsMatrix, ParameterSettings Settings)
    {
        /// <summary>Gets the weight decay of this parameter.</summary>
        public double WeightDecay => Settings.WeightDecay;
    }
}
