using static TorchSharp.torch;

namespace Math4AI.Training.Networks;

/// <summary>What a hidden unit makes of its sum.</summary>
public enum HiddenUnit
{
    /// <summary>max(0, x).</summary>
    Rectifier,

    /// <summary>tanh x, for functions without corners.</summary>
    Tanh,
}

/// <summary>
/// A multilayer perceptron: linear layers with rectifiers, or tanh, between them; without hidden layers a linear model.
/// </summary>
public sealed class Mlp : nn.Module<Tensor, Tensor>
{
    private readonly List<TorchSharp.Modules.Linear> layers = [];

    /// <summary>Makes the layers, with He's initialisation from torch's generator.</summary>
    /// <param name="inputs">The number of inputs.</param>
    /// <param name="hidden">The widths of the hidden layers.</param>
    /// <param name="outputs">The number of outputs.</param>
    /// <param name="dropout">
    /// The share of hidden units that are left out at random in training, from 0 to below 1.
    /// </param>
    /// <param name="unit">What the hidden units make of their sums.</param>
    public Mlp(
        int inputs, IReadOnlyList<int> hidden, int outputs, double dropout = 0.0,
        HiddenUnit unit = HiddenUnit.Rectifier)
        : base(nameof(Mlp))
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentOutOfRangeException.ThrowIfNegative(dropout);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(dropout, 1.0);
        (Dropout, Unit) = (dropout, unit);
        int[] widths = [inputs, .. hidden, outputs];
        for (int i = 0; i + 1 < widths.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(widths[i], 1, nameof(hidden));
            var layer = nn.Linear(widths[i], widths[i + 1]);
            register_module($"layer{i}", layer);
            layers.Add(layer);
        }
    }

    /// <summary>The linear layers, in order.</summary>
    internal IReadOnlyList<TorchSharp.Modules.Linear> Layers => layers;

    /// <summary>Gets the share of hidden units that are left out at random in training.</summary>
    public double Dropout { get; }

    /// <summary>Gets what the hidden units make of their sums.</summary>
    public HiddenUnit Unit { get; }

    /// <summary>Inputs, samples × inputs, to outputs, samples × outputs.</summary>
    /// <param name="input">Of the floating-point type of the weights.</param>
    /// <exception cref="ArgumentException">They have another number of columns.</exception>
    public override Tensor forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        long width = layers[0].weight.shape[1];
        InputShape.Require(input, input.dim() > 0 && input.shape[^1] == width, $"samples, {width}");
        Tensor x = input;
        for (int i = 0; i < layers.Count; i++)
        {
            x = layers[i].forward(x);
            x = i + 1 == layers.Count ? x : Unit == HiddenUnit.Tanh ? x.tanh() : nn.functional.relu(x);
            x = i + 1 < layers.Count && Dropout > 0.0 && training
                ? x * TorchRandom.Kept(x.shape, Dropout).to_type(x.dtype) / (1.0 - Dropout)
                : x;
        }

        return x;
    }
}
