using static TorchSharp.torch;

namespace Math4AI.Fitting.Models;

/// <summary>The columns of x, or the parameters θ, as tensors of one dimension, by name or by number.</summary>
public sealed class TensorColumns
{
    private readonly IReadOnlyList<string> names;
    private readonly IReadOnlyList<Tensor> columns;

    internal TensorColumns(IReadOnlyList<string> names, IReadOnlyList<Tensor> columns)
    {
        this.names = names;
        this.columns = columns;
    }

    /// <summary>Gets a column by its number, counted from 0.</summary>
    /// <param name="index">The number.</param>
    public Tensor this[int index] => columns[index];

    /// <summary>Gets a column by its name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public Tensor this[string name]
    {
        get
        {
            for (int i = 0; i < names.Count; i++)
            {
                if (names[i] == name)
                {
                    return columns[i];
                }
            }

            throw new ArgumentException($"There is no '{name}'; there are {string.Join(", ", names)}.", nameof(name));
        }
    }
}
