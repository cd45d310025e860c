using System.Numerics.Tensors;

namespace Math4AI.Fitting.Formulas;

/// <summary>
/// The operations of a formula on a block of samples: arithmetic by vector code, the rest value by value.
/// </summary>
internal static class BlockOperations
{
    public static void Apply(
        FormulaOperation operation,
        ReadOnlySpan<double> condition,
        ReadOnlySpan<double> left,
        ReadOnlySpan<double> right,
        Span<double> value)
    {
        if (operation.Condition >= 0)
        {
            for (int i = 0; i < value.Length; i++)
            {
                value[i] = double.IsNaN(condition[i]) ? double.NaN : condition[i] != 0.0 ? left[i] : right[i];
            }
        }
        else if (operation.Unary is { } unary)
        {
            ApplyUnary(unary, left, value);
        }
        else
        {
            ApplyBinary(operation.Binary!, left, right, value);
        }
    }

    private static void ApplyUnary(UnaryFunction unary, ReadOnlySpan<double> left, Span<double> value)
    {
        if (unary == UnaryFunction.Negate)
        {
            TensorPrimitives.Negate(left, value);
            return;
        }

        for (int i = 0; i < value.Length; i++)
        {
            value[i] = unary.Value(left[i]);
        }
    }

    private static void ApplyBinary(
        BinaryFunction binary, ReadOnlySpan<double> left, ReadOnlySpan<double> right, Span<double> value)
    {
        if (binary == BinaryFunction.Add)
        {
            TensorPrimitives.Add(left, right, value);
        }
        else if (binary == BinaryFunction.Subtract)
        {
            TensorPrimitives.Subtract(left, right, value);
        }
        else if (binary == BinaryFunction.Multiply)
        {
            TensorPrimitives.Multiply(left, right, value);
        }
        else if (binary == BinaryFunction.Divide)
        {
            TensorPrimitives.Divide(left, right, value);
        }
        else
        {
            for (int i = 0; i < value.Length; i++)
            {
                value[i] = binary.Value(left[i], right[i]);
            }
        }
    }

    /// <summary>target += adjoint · ∂value/∂left.</summary>
    public static void AddLeft(
        FormulaOperation operation,
        ReadOnlySpan<double> condition,
        ReadOnlySpan<double> left,
        ReadOnlySpan<double> right,
        ReadOnlySpan<double> value,
        ReadOnlySpan<double> adjoint,
        Span<double> target)
    {
        if (operation.Condition >= 0)
        {
            AddChosen(condition, true, adjoint, target);
        }
        else if (operation.Unary == ElementaryFunctions.Exp)
        {
            TensorPrimitives.MultiplyAdd(adjoint, value, target, target);
        }
        else if (operation.Unary == UnaryFunction.Negate)
        {
            TensorPrimitives.Subtract(target, adjoint, target);
        }
        else if (operation.Unary is { } unary)
        {
            for (int i = 0; i < target.Length; i++)
            {
                target[i] += adjoint[i] * unary.Slope(left[i], value[i]);
            }
        }
        else if (operation.Binary == BinaryFunction.Add || operation.Binary == BinaryFunction.Subtract)
        {
            TensorPrimitives.Add(target, adjoint, target);
        }
        else if (operation.Binary == BinaryFunction.Multiply)
        {
            TensorPrimitives.MultiplyAdd(adjoint, right, target, target);
        }
        else
        {
            for (int i = 0; i < target.Length; i++)
            {
                target[i] += adjoint[i] * operation.Binary!.LeftSlope(left[i], right[i], value[i]);
            }
        }
    }

    /// <summary>target += adjoint · ∂value/∂right.</summary>
    public static void AddRight(
        FormulaOperation operation,
        ReadOnlySpan<double> condition,
        ReadOnlySpan<double> left,
        ReadOnlySpan<double> right,
        ReadOnlySpan<double> value,
        ReadOnlySpan<double> adjoint,
        Span<double> target)
    {
        if (operation.Condition >= 0)
        {
            AddChosen(condition, false, adjoint, target);
        }
        else if (operation.Binary == BinaryFunction.Add)
        {
            TensorPrimitives.Add(target, adjoint, target);
        }
        else if (operation.Binary == BinaryFunction.Subtract)
        {
            TensorPrimitives.Subtract(target, adjoint, target);
        }
        else if (operation.Binary == BinaryFunction.Multiply)
        {
            TensorPrimitives.MultiplyAdd(adjoint, left, target, target);
        }
        else
        {
            for (int i = 0; i < target.Length; i++)
            {
                target[i] += adjoint[i] * operation.Binary!.RightSlope(left[i], right[i], value[i]);
            }
        }
    }

    private static void AddChosen(
        ReadOnlySpan<double> condition, bool wanted, ReadOnlySpan<double> adjoint, Span<double> target)
    {
        for (int i = 0; i < target.Length; i++)
        {
            target[i] += condition[i] != 0.0 == wanted ? adjoint[i] : 0.0;
        }
    }
}
