export * from '../Arguments';
export * from '../../Solutions/01-attention-fundamentals/Softmax';
